from datetime import UTC, datetime, timedelta

import pytest

from clea_portal.authorities.enums import ServerKind
from clea_portal.authorities.models import ServerAuthority
from clea_portal.cluster_server.exposure import Call, ExposureRule
from clea_portal.protocol.lsp import LspType
from clea_portal.protocol.ntp import to_ntp
from mct.enums import IN_FORCE, DeclarationState
from mct.models import Case
from mct.planning import others_with_code, plan
from tests.factories import (
    CaseCodeFactory,
    CaseFactory,
    CountryFactory,
    DeclarationFactory,
    RegionFactory,
    ServerAuthorityFactory,
    linked_case,
    new_code,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 20, 15, 0, tzinfo=UTC)
NOON = datetime(2026, 6, 12, 12, 0, tzinfo=UTC)
HOUR, HALF = timedelta(hours=1), timedelta(minutes=30)


def case_of(start=NOON, end=NOON + 2 * HOUR, **code):
    return linked_case(exposure_start=start, exposure_end=end, code=code)


def asynchronous(starts_at, hours=0):
    code = new_code(lsp_type=LspType.ASYNCHRONOUS, t_event=to_ntp(starts_at), visit_duration=hours)
    return {"deep_link": code.deep_link}


def span(case, **fields):
    return DeclarationFactory(server=ServerAuthorityFactory(), ltid=case.code.ltid, **fields)


def shown(planned):
    return planned.calls, planned.cut, planned.early


def test_api_server_takes_the_hours_in_one_call():
    case = case_of()
    planned = plan(case, case.code, now=NOW)
    assert shown(planned) == ([Call(None, NOON, NOON + 2 * HOUR)], False, False)
    assert (planned.server, planned.joined) == (ServerAuthority.objects.get(), [])
    assert (planned.start, planned.end) == (NOON, NOON + 2 * HOUR)


def test_form_server_takes_instants_that_cover_the_hours():
    case = case_of(end=NOON + 4 * HOUR)
    ServerAuthority.objects.update(kind=ServerKind.FORM, slots_before=2, slots_after=2)
    planned = plan(case, case.code, now=NOW)
    assert shown(planned) == (
        [
            Call(NOON + HOUR, NOON, NOON + 2 * HOUR + HALF),
            Call(NOON + 3 * HOUR + HALF, NOON + 2 * HOUR + HALF, NOON + 5 * HOUR),
        ],
        False,
        False,
    )


def test_venue_type_that_nobody_knows_leaves_no_hour_out():
    case = case_of(end=NOON + 4 * HOUR)
    ServerAuthority.objects.update(kind=ServerKind.FORM, slots_before=2, slots_after=2)
    server = ServerAuthority.objects.get()
    for venue_type, before, after in ((3, 1, 6), (4, 5, 3)):
        server.exposures.create(venue_type=venue_type, slots_before=before, slots_after=after)
    planned = plan(case, case.code, now=NOW)
    assert planned.widest == ExposureRule(1800, 5, 6)
    for before, after in ((2, 2), (1, 6), (5, 3)):
        moment = NOON
        for begin, end in sorted(ExposureRule(1800, before, after).flagged(call.instant) for call in planned.calls):
            assert begin <= moment
            moment = max(moment, end)
        assert moment >= NOON + 4 * HOUR


def test_rules_that_agree_have_no_widest():
    case = case_of()
    ServerAuthority.objects.update(kind=ServerKind.FORM, slots_before=2, slots_after=2)
    ServerAuthority.objects.get().exposures.create(venue_type=3, slots_before=2, slots_after=2)
    assert plan(case, case.code, now=NOW).widest is None


@pytest.mark.parametrize("state", sorted(IN_FORCE))
def test_hours_that_are_declared_already_are_joined_and_not_sent_again(state):
    case = case_of()
    other = span(case, start=NOON - HOUR, end=NOON + HOUR, state=state)
    planned = plan(case, case.code, now=NOW)
    assert (planned.calls, planned.joined) == ([Call(None, NOON + HOUR, NOON + 2 * HOUR)], [other])


def test_hours_declared_in_full_leave_no_call():
    case = case_of()
    other = span(case, start=NOON, end=NOON + 2 * HOUR, state=DeclarationState.PUBLISHED)
    planned = plan(case, case.code, now=NOW)
    assert (planned.calls, planned.joined) == ([], [other])


@pytest.mark.parametrize("state", [DeclarationState.REFUSED, DeclarationState.WITHDRAWN])
def test_what_was_refused_or_withdrawn_covers_nothing(state):
    case = case_of()
    span(case, start=NOON, end=NOON + 2 * HOUR, state=state)
    planned = plan(case, case.code, now=NOW)
    assert (planned.calls, planned.joined) == ([Call(None, NOON, NOON + 2 * HOUR)], [])


def test_declarations_of_another_place_server_or_time_cover_nothing():
    case = case_of()
    DeclarationFactory(start=NOON, end=NOON + 2 * HOUR)
    belgium = CountryFactory(code="BE", prefix="https://b.example#", host="b.example")
    elsewhere = ServerAuthorityFactory(country=belgium)
    DeclarationFactory(server=elsewhere, ltid=case.code.ltid, start=NOON, end=NOON + 2 * HOUR)
    span(case, start=NOON - 2 * HOUR, end=NOON)
    span(case, start=NOON + 2 * HOUR, end=NOON + 4 * HOUR)
    planned = plan(case, case.code, now=NOW)
    assert (planned.calls, planned.joined) == ([Call(None, NOON, NOON + 2 * HOUR)], [])


def test_hours_past_the_horizon_are_cut():
    case = case_of(start=NOW - timedelta(days=14, hours=1), end=NOW - timedelta(days=14) + HOUR)
    horizon = NOW - timedelta(days=14)
    assert shown(plan(case, case.code, now=NOW)) == ([Call(None, horizon, horizon + HOUR)], True, False)


def test_horizon_is_cut_at_a_whole_minute():
    case = case_of(start=NOW - timedelta(days=15), end=NOW + timedelta(days=1))
    planned = plan(case, case.code, now=NOW + timedelta(seconds=12, microseconds=345_678))
    assert planned.calls == [Call(None, NOW - timedelta(days=14), NOW)]


def test_hours_wholly_past_the_horizon_leave_nothing():
    case = case_of(start=NOW - timedelta(days=15), end=NOW - timedelta(days=14))
    planned = plan(case, case.code, now=NOW)
    assert (planned.calls, planned.joined, planned.cut) == ([], [], True)


@pytest.mark.parametrize("kind", ServerKind)
def test_no_hour_of_the_future_is_declared(kind):
    case = case_of(start=NOW - HOUR, end=NOW + HOUR)
    ServerAuthority.objects.update(kind=kind, slots_before=0, slots_after=0)
    calls = plan(case, case.code, now=NOW).calls
    expected = {
        ServerKind.API: [Call(None, NOW - HOUR, NOW)],
        ServerKind.FORM: [Call(NOW - HOUR, NOW - HOUR, NOW - HALF), Call(NOW - HALF, NOW - HALF, NOW)],
    }
    assert calls == expected[kind]


def test_asynchronous_code_is_declared_from_the_time_that_is_written_in_it():
    case = case_of(**asynchronous(NOON - HOUR, hours=4))
    assert shown(plan(case, case.code, now=NOW)) == ([Call(None, NOON - HOUR, NOON + 2 * HOUR)], False, True)


def test_asynchronous_code_that_starts_within_the_hours_changes_nothing():
    case = case_of(**asynchronous(NOON + HOUR, hours=4))
    assert shown(plan(case, case.code, now=NOW)) == ([Call(None, NOON, NOON + 2 * HOUR)], False, False)


def test_server_is_the_one_of_the_code_s_country():
    belgium = CountryFactory(code="BE", prefix="https://b.example#", host="b.example", horizon_days=3)
    server = ServerAuthorityFactory(country=belgium)
    case = case_of(country=belgium)
    planned = plan(case, case.code, now=NOW)
    assert (planned.server, planned.calls, planned.cut) == (server, [], True)


def test_other_cases_with_the_same_code_are_found_newest_first_each_once():
    case = case_of()
    entrance = case.code
    old, new = CaseFactory(created_at=NOON), CaseFactory(created_at=NOW, region=RegionFactory(number=69))
    for other in (old, new):
        CaseCodeFactory(case=other, deep_link=entrance.deep_link)
    CaseCodeFactory(case=new, deep_link=entrance.deep_link, lsp_type=1)
    CaseCodeFactory(case=CaseFactory())
    assert others_with_code(case, entrance) == [new, old]
    assert Case.objects.count() == 4
