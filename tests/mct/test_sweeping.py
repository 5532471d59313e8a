from datetime import timedelta

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from clea_portal.authorities.enums import ServerKind
from clea_portal.authorities.models import ServerAuthority
from mct import waking
from mct.enums import CaseState, DeclarationState, PictureState, Problem
from mct.models import Case, Declaration, Picture
from mct.sweeping import BATCH, sweep
from mct.tasks import link_case, read_picture, send_declaration, watch_lists, watch_server
from tests.factories import CaseFactory, DeclarationFactory, PictureFactory, declaration_of, linked_case

pytestmark = pytest.mark.django_db
C, D = CaseState, DeclarationState
LONG_AGO = timezone.now() - timedelta(minutes=10)


def soon():
    return timezone.now() + timedelta(minutes=10)


@pytest.mark.parametrize("state", [PictureState.WAITING, PictureState.READING])
def test_picture_that_nobody_reads_is_read(woken, state):
    picture = PictureFactory(state=state, leased_until=LONG_AGO)
    sweep()
    assert woken == [("mct.read_picture", picture.pk)]


@pytest.mark.parametrize(
    "fields",
    [
        {"state": PictureState.WAITING},
        {"state": PictureState.READING, "leased_until": timezone.now() + timedelta(minutes=10)},
        {"state": PictureState.READ, "leased_until": LONG_AGO},
        {"state": PictureState.UNREADABLE, "leased_until": LONG_AGO},
    ],
)
def test_picture_that_is_new_being_read_or_done_is_left_alone(woken, fields):
    PictureFactory(**fields)
    sweep()
    assert woken == []


def test_case_that_nobody_links_is_linked_once_its_pictures_are_read(woken):
    case = CaseFactory(state=C.LINKING, state_changed_at=LONG_AGO)
    picture = PictureFactory(case=case, leased_until=soon(), state=PictureState.READING)
    CaseFactory(state=C.LINKING)
    CaseFactory(state=C.READY, state_changed_at=LONG_AGO)
    sweep()
    assert woken == []
    Picture.objects.filter(pk=picture.pk).update(state=PictureState.READ, content=None)
    sweep()
    assert woken == [("mct.link_case", case.pk)]


@pytest.mark.parametrize(
    ("fields", "is_due"),
    [
        ({"state": D.HELD, "hold_until": LONG_AGO}, True),
        ({"state": D.READY, "hold_until": LONG_AGO}, True),
        ({"state": D.HELD, "hold_until": timezone.now() + timedelta(minutes=10)}, False),
        ({"state": D.READY, "hold_until": LONG_AGO, "next_attempt_at": timezone.now() + timedelta(minutes=10)}, False),
        ({"state": D.ACCEPTED, "hold_until": LONG_AGO}, False),
        ({"state": D.REFUSED, "hold_until": LONG_AGO}, False),
        ({"state": D.UNKNOWN, "hold_until": LONG_AGO}, False),
        ({"state": D.WITHDRAWN, "hold_until": LONG_AGO}, False),
    ],
)
def test_declaration_that_is_due_is_sent_and_no_other(woken, fields, is_due):
    declaration = DeclarationFactory(**fields)
    sweep()
    assert woken == ([("mct.send_declaration", declaration.pk)] if is_due else [])


@pytest.mark.parametrize(
    ("kind", "state", "case_state", "problem"),
    [
        (ServerKind.API, D.READY, C.DECLARING, ""),
        (ServerKind.FORM, D.UNKNOWN, C.NEEDS_ATTENTION, Problem.UNKNOWN_OUTCOME),
    ],
)
def test_call_that_a_worker_died_in_is_repeated_by_api_and_asked_about_by_form(woken, kind, state, case_state, problem):
    case = linked_case(state=C.DECLARING)
    declaration = declaration_of(case, state=D.SENDING, attempts=1, leased_until=LONG_AGO)
    ServerAuthority.objects.update(kind=kind)
    sweep()
    assert Declaration.objects.values_list("state", "reason", "attempts").get() == (state, "worker_lost", 1)
    assert Case.objects.values_list("state", "problem").get() == (case_state, problem)
    assert woken == ([("mct.send_declaration", declaration.pk)] if kind == ServerKind.API else [])
    entry = case.timeline.get(entry="sent")
    assert (entry.params["reason"], entry.params["result"]) == ("worker_lost", "retry" if kind == ServerKind.API else "unknown")


def test_call_that_is_still_under_way_is_left_alone(woken):
    declaration_of(linked_case(state=C.DECLARING), state=D.SENDING, attempts=1, leased_until=soon())
    sweep()
    assert (Declaration.objects.get().state, woken) == (D.SENDING, [])


@pytest.mark.parametrize(
    ("state", "declaration", "settled"),
    [
        (C.DECLARING, D.ACCEPTED, C.DECLARED),
        (C.DECLARING, D.PUBLISHED, C.PUBLISHED),
        (C.DECLARING, D.REFUSED, C.NEEDS_ATTENTION),
        (C.DECLARED, D.PUBLISHED, C.PUBLISHED),
        (C.DECLARING, D.WITHDRAWN, C.READY),
    ],
)
def test_case_that_its_declarations_left_behind_is_settled(woken, state, declaration, settled):
    case = linked_case(state=state)
    declaration_of(case, state=declaration)
    sweep()
    assert (Case.objects.get().state, woken) == (settled, [])


@pytest.mark.parametrize(("state", "declaration"), [(C.DECLARING, D.HELD), (C.DECLARED, D.ACCEPTED), (C.CLOSED, D.PUBLISHED)])
def test_case_that_says_what_its_declarations_say_is_left_alone(state, declaration):
    case = linked_case(state=state)
    declaration_of(case, state=declaration, hold_until=soon())
    sweep()
    assert (Case.objects.get().state, case.timeline.count()) == (state, 0)


def test_broker_that_is_down_costs_time_and_nothing_else(monkeypatch, caplog):
    def refuse(*_, **__):
        raise OperationalError("down")

    monkeypatch.setattr(waking.app, "send_task", refuse)
    PictureFactory(leased_until=LONG_AGO)
    declaration_of(linked_case(state=C.DECLARING), state=D.SENDING, attempts=1, leased_until=LONG_AGO)
    sweep()
    assert Declaration.objects.get().state == D.READY
    assert caplog.text.count("broker unreachable") == 2


def test_one_sweep_wakes_for_a_limited_number_of_rows_and_takes_the_oldest_first(woken):
    case = CaseFactory(state=C.LINKING)
    pictures = Picture.objects.bulk_create(
        Picture(case=case, number=number, content=b"x", leased_until=LONG_AGO) for number in range(BATCH + 1)
    )
    sweep()
    assert woken == [("mct.read_picture", picture.pk) for picture in pictures[:BATCH]]


@pytest.mark.parametrize(
    ("task", "name"),
    [
        (read_picture, waking.READ_PICTURE),
        (link_case, waking.LINK_CASE),
        (send_declaration, waking.SEND_DECLARATION),
        (watch_server, waking.WATCH_SERVER),
        (watch_lists, "mct.watch_lists"),
    ],
)
def test_tasks_have_the_names_by_which_they_are_woken(settings, task, name):
    assert task.name == name
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} >= {"mct.sweep", "mct.watch_lists"}
