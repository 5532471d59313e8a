from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from clea_portal.cluster_server.outcomes import Reason
from clea_portal.protocol import errors
from mct.enums import DeclarationState, Problem
from mct.models import Declaration
from mct.sweeping import WORKER_LOST
from mct.words import IN_SHORT, countdown, explain_link, explain_reason, hours, moment, span, story

NOON = datetime(2026, 6, 13, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
D = DeclarationState


@pytest.fixture(autouse=True)
def _english_in_paris():
    with translation.override("en"), timezone.override(ZoneInfo("Europe/Paris")):
        yield


def test_span_names_the_second_day_only_where_there_is_one():
    assert span(NOON, NOON + 2 * HOUR) == "Saturday 13 June 2026, 12:00 – 14:00"
    assert span(NOON, NOON + 14 * HOUR) == "Saturday 13 June 2026, 12:00 – 02:00 (Sun 14 June 2026)"
    assert hours(NOON, NOON + 2 * HOUR) == "12:00 – 14:00"
    with timezone.override(ZoneInfo("Asia/Tokyo")), translation.override("fr"):
        assert span(NOON, NOON + 2 * HOUR) == "samedi 13 juin 2026, 19:00 – 21:00"


def test_moment_names_the_day_only_where_it_is_not_today():
    assert moment(NOON, now=NOON + HOUR) == "12:00"
    assert moment(NOON, now=NOON + 24 * HOUR) == "Sat 13 June 2026 12:00"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 s"), (0, "0 s"), (59.4, "59 s"), (60, "1 min 00 s"), (245, "4 min 05 s"), (3700, "61 min 40 s")],
)
def test_time_left_is_told_in_minutes_and_seconds(seconds, words):
    assert countdown(NOON + timedelta(seconds=seconds), now=NOON) == words


def test_every_problem_has_a_short_name():
    assert set(IN_SHORT) == set(Problem)


@pytest.mark.parametrize("reason", [*Reason, WORKER_LOST])
def test_every_reason_has_a_sentence(reason):
    assert explain_reason(reason).endswith(".")


def test_no_reason_has_no_sentence():
    assert explain_reason("") == ""


@pytest.mark.parametrize(
    "mistake",
    ["no_prefix", *(error.code for error in vars(errors).values() if isinstance(error, type) and hasattr(error, "code"))],
)
def test_every_mistake_in_a_link_is_explained(mistake):
    assert explain_link(mistake) not in ("", mistake)


@pytest.mark.parametrize(
    ("fields", "what", "then"),
    [
        ({"state": D.HELD}, "It is held until 12:00.", "Then it leaves by itself. Until then it can be withdrawn."),
        ({"state": D.READY}, "It is about to be sent.", ""),
        (
            {"state": D.READY, "attempts": 1, "reason": "no_connection"},
            "The cluster server could not be reached. Nothing was sent. Tried once.",
            "The portal tries again by itself at 12:00. You need not do anything.",
        ),
        (
            {"state": D.READY, "attempts": 3, "reason": "server_busy"},
            "The cluster server is busy and asks to try again later. Tried 3 times.",
            "The portal tries again by itself at 12:00. You need not do anything.",
        ),
        ({"state": D.SENDING}, "It is being sent to the cluster server.", ""),
        (
            {"state": D.ACCEPTED, "reason": "timed_out"},
            "The cluster server accepted it.",
            "The portal watches the public list until it stands there.",
        ),
        ({"state": D.PUBLISHED}, "It stands in the public list. Phones that were there warn their owners.", ""),
        (
            {"state": D.REFUSED, "reason": "refused_by_server"},
            "The cluster server refused the declaration.",
            "These hours are not declared.",
        ),
        (
            {"state": D.UNKNOWN, "reason": "dropped"},
            "The connection broke before the answer came. The server may or may not have taken the declaration.",
            "It is not repeated by itself. If the public list shows it, the portal notices.",
        ),
        ({"state": D.WITHDRAWN}, "It was withdrawn before it left. Nothing was sent.", ""),
    ],
)
def test_story_of_a_declaration(fields, what, then):
    assert story(Declaration(hold_until=NOON, next_attempt_at=NOON, **fields), now=NOON) == (what, then)
