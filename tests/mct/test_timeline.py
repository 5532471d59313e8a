from datetime import timedelta

import pytest
from django.utils import timezone, translation

from clea_portal.accounts.models import User
from clea_portal.protocol.ntp import to_ntp
from mct.enums import CaseState, Entry, Problem
from mct.moves import move_case, note
from mct.timeline import tell
from tests.factories import CaseFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def told(case):
    return [(line.title, line.text, line.who) for line in tell(case)]


PARAMS = {
    Entry.PICTURES_ADDED: {"count": 2},
    Entry.PICTURE_READ: {"number": 1, "codes": 2},
    Entry.PICTURE_UNREADABLE: {"number": 3, "codes": 0},
    Entry.CODE_SHARED: {"day": "2026-06-03", "matches": True},
    Entry.CONTACT_OPENED: {"number": 1, "most": 5},
    Entry.CONTACT_CODES: {"count": 2},
    Entry.REGISTER_SENT: {"count": 3},
    Entry.CONTACT_DONE: {"receipt": "K7M4-W3XF"},
    Entry.REGISTER_OPENED: {"number": 1, "sheet": 2},
    Entry.DECLARED: {"calls": 3},
    Entry.JOINED: {"declarations": 1},
    Entry.WITHDRAWN: {"declarations": 1},
    Entry.TAKEN_BACK: {"declarations": 1, "shared": 1},
    Entry.TAKEN_BACK_ANSWER: {"declaration": "1", "result": "accepted", "reason": "", "status": 204},
    Entry.ASSIGNED: {"to": "team:00000000-0000-0000-0000-000000000000"},
    Entry.MOVED_REGION: {"came_from": 1, "to": 2},
    Entry.BESIDE: {"other": "1a2b3c4d-0000"},
    Entry.SPLIT: {"cases": 2},
    Entry.SAME_PERSON: {"other": "1a2b3c4d-0000"},
    Entry.DISTINCT: {"other": "1a2b3c4d-0000"},
    Entry.DISTINCT_REVOKED: {"other": "1a2b3c4d-0000"},
    Entry.MERGED: {"other": "1a2b3c4d-0000", "start": "2026-06-03T10:00:00+00:00", "end": "2026-06-03T12:00:00+00:00"},
    Entry.MERGED_INTO: {"other": "1a2b3c4d-0000"},
    Entry.FOLLOW_UP: {"day": "2026-06-03"},
    Entry.CLOSED: {"reason": "warned"},
    Entry.SENT: {"declaration": "1", "result": "accepted", "reason": "accepted", "status": 201},
    Entry.MOVED: {"came_from": "linking", "to": "ready", "problem": ""},
    Entry.PUBLISHED: {"declaration": "1", "start": 3_990_000_000, "seconds": 7200, "risk": 3.0},
}


@pytest.mark.parametrize("entry", Entry)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_entry_is_told(entry, language):
    case = CaseFactory()
    note(case, entry, by=None, **PARAMS.get(entry, {}))
    with translation.override(language):
        (line,) = tell(case)
    assert (line.title != "", line.icon != "", line.tone != "", line.when) == (True, True, True, case.timeline.get().at)


def test_newest_comes_first_with_who_and_what():
    case, user = CaseFactory(), UserFactory(email="claire@example.org")
    note(case, Entry.REGISTERED, by=user)
    note(case, Entry.PICTURES_ADDED, by=user, count=1)
    note(case, Entry.PICTURE_READ, by=None, number=1, codes=1, milliseconds=80)
    assert told(case) == [
        ("Picture read", "File 1: 1 code found.", ""),
        ("Pictures added", "1 file.", "claire@example.org"),
        ("Case registered", "", "claire@example.org"),
    ]


def test_moves_are_told_only_where_nothing_else_tells_of_them():
    case, user = CaseFactory(), UserFactory()
    for to, problem in (
        (CaseState.LINKING, None),
        (CaseState.NEEDS_ATTENTION, Problem.NO_CODE),
        (CaseState.LINKING, None),
        (CaseState.READY, None),
        (CaseState.DECLARING, None),
        (CaseState.NEEDS_ATTENTION, Problem.REFUSED),
        (CaseState.NEEDS_ATTENTION, Problem.UNKNOWN_OUTCOME),
        (CaseState.DECLARED, None),
        (CaseState.CLOSED, None),
    ):
        if to == case.state:
            case.state = CaseState.DECLARING
            type(case).objects.update(state=case.state, problem="")
        move_case(case, to, by=user, problem=problem)
    assert [line[:2] for line in told(case)] == [
        ("The code was recognised", "The case is ready to be declared."),
        ("The case needs attention", str(Problem.NO_CODE.label)),
    ]


def sent(case, result, reason, declaration="1"):
    note(case, Entry.SENT, by=None, declaration=declaration, result=result, reason=reason, status=None)


def test_call_that_is_tried_again_and_again_is_one_line():
    case = CaseFactory()
    for _ in range(40):
        sent(case, "retry", "no_connection")
    sent(case, "accepted", "accepted")
    assert [line[1] for line in told(case)] == [
        "The cluster server accepted the declaration.",
        "The cluster server could not be reached. Nothing was sent. It is tried again by itself. 40 times, last at this time.",
    ]
    assert tell(case)[1].when == case.timeline.order_by("pk")[39].at


def test_other_reasons_and_other_calls_are_lines_of_their_own():
    case = CaseFactory()
    sent(case, "retry", "no_connection")
    sent(case, "retry", "server_busy")
    sent(case, "retry", "server_busy", declaration="2")
    sent(case, "refused", "refused_by_server", declaration="2")
    sent(case, "refused", "refused_by_server", declaration="2")
    assert len(told(case)) == 5


def test_lost_worker_is_told():
    case = CaseFactory()
    sent(case, "unknown", "worker_lost")
    assert told(case)[0][1].startswith("The portal's worker stopped during the call.")


def test_decision_is_quoted_and_one_from_another_region_names_nobody():
    case, user = CaseFactory(), UserFactory(email="claire@example.org")
    note(case, Entry.DECIDED_ARRIVED, by=user, remark="Their operator saw it.", declaration="1")
    note(case, Entry.DECIDED_AGAIN, by=user, declaration="1")
    assert told(case) == [
        ("Decided: send again", "", "an agent of another region"),
        ("Decided: it arrived", "“Their operator saw it.”", "claire@example.org"),
    ]


def test_act_of_a_person_whose_account_is_gone_stays():
    case, user = CaseFactory(), UserFactory()
    note(case, Entry.CLOSED, by=user)
    User.objects.all().delete()
    assert told(case) == [("Case closed", "", "")]


def test_publication_tells_the_hours_of_the_list():
    case = CaseFactory()
    start = (timezone.now() - timedelta(days=3)).replace(hour=12, minute=0, second=0, microsecond=0)
    note(case, Entry.PUBLISHED, by=None, declaration="1", start=to_ntp(start), seconds=7200, risk=3.0)
    local = timezone.localtime(start)
    assert (
        told(case)[0][1] == f"{local:%A} {local.day} {local:%B} {local.year}, {local:%H:%M} – {local + timedelta(hours=2):%H:%M}"
    )


@pytest.mark.parametrize(
    ("matches", "told"),
    [
        (None, "The code that counted there on 3 June 2026."),
        (True, "The code that counted there on 3 June 2026. It is the same as a code that the case had already."),
        (False, "The code that counted there on 3 June 2026. It is another one than the case had before."),
    ],
)
def test_shared_code_is_compared_with_what_the_case_had(matches, told):
    case = CaseFactory()
    note(case, Entry.CODE_SHARED, by=None, day="2026-06-03", matches=matches)
    (line,) = tell(case)
    assert (line.text, line.who) == (told, "")
