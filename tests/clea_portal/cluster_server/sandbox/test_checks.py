from datetime import UTC, datetime, timedelta

import pytest

from clea_portal.cluster_server.exposure import ExposureRule
from clea_portal.cluster_server.sandbox.checks import Refusal, RefusedError, hours_of_instant, hours_of_span, open_code
from clea_portal.protocol.codes import CodeRequest, make_code
from clea_portal.protocol.derivation import new_location_secret
from clea_portal.protocol.keys import generate_private_key
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import LspType
from clea_portal.protocol.ntp import to_ntp

RULE = ExposureRule(1800, 2, 2)
SK_SA = generate_private_key()
DAY = datetime(2021, 6, 12, tzinfo=UTC)
NOW = DAY + timedelta(hours=20)


def at(hours):
    return DAY + timedelta(hours=hours)


def lsp(**changes):
    """A code whose period is from 8 to 18 o'clock."""
    words = {
        "prefix": "https://tac.gouv.fr?v=0#",
        "lsp_type": LspType.SYNCHRONOUS,
        "venue_type": 1,
        "venue_category1": 2,
        "venue_category2": 3,
        "period_duration": 10,
        "t_period_start": to_ntp(at(8)),
        "t_qr_start": to_ntp(at(8)),
        "sk_l": new_location_secret(),
        "pk_sa": SK_SA.public_key(),
    }
    return parse_link(make_code(CodeRequest(**(words | changes))).deep_link).lsp


def opened(**changes):
    return open_code(lsp(**changes), SK_SA)


def refusal(call, *args, **options):
    with pytest.raises(RefusedError) as caught:
        call(*args, **options)
    return caught.value.refusal


ASYNCHRONOUS = {"lsp_type": LspType.ASYNCHRONOUS, "t_event": to_ntp(at(9)), "visit_duration": 3}


def test_open_code_takes_both_types_and_strict_only_one():
    assert open_code(lsp(), SK_SA, strict=True).header.lsp_type is LspType.SYNCHRONOUS
    assert open_code(lsp(**ASYNCHRONOUS), SK_SA).header.lsp_type is LspType.ASYNCHRONOUS
    assert refusal(open_code, lsp(**ASYNCHRONOUS), SK_SA, strict=True) is Refusal.CODE_INVALID


def test_open_code_of_another_server_or_altered_is_invalid():
    code = lsp()
    assert refusal(open_code, code, generate_private_key()) is Refusal.CODE_INVALID
    assert refusal(open_code, code[:-1], SK_SA) is Refusal.CODE_INVALID
    assert refusal(open_code, b"", SK_SA) is Refusal.CODE_INVALID


@pytest.mark.parametrize(
    ("instant", "hours"),
    [
        (at(12), (at(11), at(13.5))),
        (at(8), (at(8), at(9.5))),
        (at(17.9), (at(16.5), at(18))),
    ],
)
def test_instant_flags_its_slots_inside_the_period(instant, hours):
    assert hours_of_instant(opened(), instant, rule=RULE, now=NOW) == hours


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (at(7.99), Refusal.CODE_NOT_VALID_THEN),
        (at(18), Refusal.CODE_NOT_VALID_THEN),
        (NOW + timedelta(seconds=1), Refusal.DATE_IN_FUTURE),
    ],
)
def test_instant_outside_the_period_or_in_the_future_is_refused(instant, expected):
    assert refusal(hours_of_instant, opened(), instant, rule=RULE, now=NOW) is expected


def test_instant_of_a_static_code_has_no_last_hour():
    code = opened(period_duration=255)
    assert hours_of_instant(code, at(500), rule=RULE, now=at(501)) == (at(499), at(501.5))


@pytest.mark.parametrize(("minutes", "fresh"), [(-27, True), (-28, False), (27, True), (28, False)])
def test_instant_of_a_renewing_code_must_be_near_its_start(minutes, fresh):
    code = opened(cri_exp=10, t_qr_start=to_ntp(at(12)))
    instant = at(12) + timedelta(minutes=minutes)
    if fresh:
        assert hours_of_instant(code, instant, rule=RULE, now=NOW) == RULE.flagged(instant)
    else:
        assert refusal(hours_of_instant, code, instant, rule=RULE, now=NOW) is Refusal.CODE_NOT_VALID_THEN


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (at(9), at(10), (at(9), at(10))),
        (at(1), at(10), (at(8), at(10))),
        (at(17), at(20), (at(17), at(18))),
    ],
)
def test_span_is_kept_inside_the_period(start, end, hours):
    assert hours_of_span(opened(), start, end, now=NOW) == hours


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (at(9), at(9), Refusal.DATE_MALFORMED),
        (at(10), at(9), Refusal.DATE_MALFORMED),
        (at(9), NOW + timedelta(seconds=1), Refusal.DATE_IN_FUTURE),
        (at(1), at(8), Refusal.CODE_NOT_VALID_THEN),
        (at(18), at(19), Refusal.CODE_NOT_VALID_THEN),
    ],
)
def test_span_impossible_is_refused(start, end, expected):
    assert refusal(hours_of_span, opened(), start, end, now=NOW) is expected


@pytest.mark.parametrize(("start", "end", "fresh"), [(at(9), at(14), True), (at(12.4), at(14), True), (at(12.5), at(14), False)])
def test_span_of_a_renewing_code_must_come_near_its_start(start, end, fresh):
    code = opened(cri_exp=10, t_qr_start=to_ntp(at(12)))
    if fresh:
        assert hours_of_span(code, start, end, now=NOW) == (start, end)
    else:
        assert refusal(hours_of_span, code, start, end, now=NOW) is Refusal.CODE_NOT_VALID_THEN
