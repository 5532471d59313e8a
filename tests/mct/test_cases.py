from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from clea_portal.audit.models import AuditEvent
from mct.cases import close_case, correct_case, register_case, retry_case
from mct.enums import CaseState, ClosingReason, DeclarationState, Problem
from mct.intake import NotALink
from mct.models import Case, CaseCode, Declaration, Picture, TimelineEntry
from mct.moves import IllegalMove
from tests.factories import CaseFactory, RegionFactory, declaration_of, linked_case, new_code, ready_country

pytestmark = pytest.mark.django_db
C, D = CaseState, DeclarationState


def details(**changes):
    start = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=30)
    return {
        "exposure_start": start,
        "exposure_end": start + timedelta(hours=2),
        "infected_count": 2,
        "reference": "2026-117",
        "notes": "Sat near the window.",
    } | changes


def entries(case):
    return list(TimelineEntry.objects.filter(case=case).values_list("entry", "actor"))


def test_case_with_a_link_and_a_picture_waits_for_the_worker(agent, woken, django_capture_on_commit_callbacks):
    ready_country()
    code, number, words = new_code(), uuid4(), details()
    with django_capture_on_commit_callbacks(execute=True):
        case = register_case(
            region=RegionFactory(), pictures=[b"a picture"], links=[code.deep_link], by=agent, uuid=number, **words
        )
    stored = Case.objects.get()
    assert {name: getattr(stored, name) for name in words} == words
    assert (stored.uuid, stored.state, stored.problem, stored.code, stored.created_by) == (number, C.LINKING, "", None, agent)
    assert list(Picture.objects.values_list("number", "state", "content")) == [(1, "waiting", b"a picture")]
    assert list(CaseCode.objects.values_list("ltid", "deep_link")) == [(code.ltid, code.deep_link)]
    assert woken == [("mct.read_picture", Picture.objects.get().pk), ("mct.link_case", case.pk)]
    assert entries(case) == [(name, agent.pk) for name in ("registered", "link_added", "pictures_added", "moved")]


def test_case_without_code_stays_a_draft(agent, woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        case = register_case(region=RegionFactory(), pictures=[], links=[], by=agent, **details())
    assert (case.state, woken, entries(case)) == (C.DRAFT, [], [("registered", agent.pk)])


def test_case_with_a_bad_link_is_not_registered_at_all(agent):
    with pytest.raises(NotALink):
        register_case(region=RegionFactory(), pictures=[b"a picture"], links=["https://example.org/"], by=agent, **details())
    assert (Case.objects.count(), Picture.objects.count(), AuditEvent.objects.count()) == (0, 0, 0)


def test_same_registration_a_second_time_makes_no_second_case(agent):
    number = uuid4()
    register_case(region=RegionFactory(), pictures=[], links=[], by=agent, uuid=number, **details())
    with pytest.raises(IntegrityError), transaction.atomic():
        register_case(region=RegionFactory(), pictures=[], links=[], by=agent, uuid=number, **details())
    assert Case.objects.count() == 1


def test_notes_and_reference_stand_encrypted_in_the_database_and_not_in_the_audit_trail(agent):
    register_case(region=RegionFactory(), pictures=[], links=[], by=agent, **details())
    columns = Case.objects.extra(select={"kept": "reference || notes"}).values_list("kept", flat=True).get()
    assert "2026-117" not in columns
    assert "window" not in columns
    assert [event.details for event in AuditEvent.objects.all()] == [{}]


@pytest.mark.parametrize("state", [C.READY, C.NEEDS_ATTENTION])
def test_corrected_hours_have_the_case_checked_again(agent, woken, django_capture_on_commit_callbacks, state):
    case, words = linked_case(state=state), details()
    with django_capture_on_commit_callbacks(execute=True):
        correct_case(case=case, by=agent, **words)
    case.refresh_from_db()
    assert {name: getattr(case, name) for name in words} == words
    assert (case.state, case.problem) == (C.LINKING, "")
    assert woken == [("mct.link_case", case.pk)]
    assert entries(case) == [("corrected", agent.pk), ("moved", agent.pk)]


@pytest.mark.parametrize("state", [C.DRAFT, C.LINKING])
def test_corrected_hours_of_a_case_that_is_not_linked_yet_are_just_taken(agent, state):
    case = CaseFactory(state=state)
    correct_case(case=case, by=agent, **details())
    case.refresh_from_db()
    assert (case.state, case.exposure_start, entries(case)) == (state, details()["exposure_start"], [("corrected", agent.pk)])


@pytest.mark.parametrize("state", [C.READY, C.AWAITING_APPROVAL, C.DECLARING, C.DECLARED, C.PUBLISHED])
def test_notes_can_be_corrected_without_moving_the_case(agent, state):
    case = linked_case(state=state)
    if state in (C.DECLARING, C.DECLARED, C.PUBLISHED):
        declaration_of(case, state=D.ACCEPTED)
    hours = {"exposure_start": case.exposure_start, "exposure_end": case.exposure_end}
    correct_case(case=case, by=agent, **details(**hours))
    case.refresh_from_db()
    assert (case.state, case.reference, case.infected_count) == (state, "2026-117", 2)
    assert entries(case) == [("corrected", agent.pk)]


@pytest.mark.parametrize("state", [C.AWAITING_APPROVAL, C.DECLARING, C.DECLARED, C.PUBLISHED, C.CLOSED])
def test_hours_stay_once_they_are_proposed_or_declared(agent, state):
    case = linked_case(state=state)
    if state not in (C.AWAITING_APPROVAL, C.CLOSED):
        declaration_of(case, state=D.ACCEPTED)
    with pytest.raises(IllegalMove):
        correct_case(case=case, by=agent, **details())
    assert Case.objects.get().exposure_start == case.exposure_start
    assert entries(case) == []


def test_closed_case_is_not_corrected_at_all(agent):
    case = linked_case(state=C.CLOSED)
    hours = {"exposure_start": case.exposure_start, "exposure_end": case.exposure_end}
    with pytest.raises(IllegalMove):
        correct_case(case=case, by=agent, **details(**hours))


def test_hours_can_be_corrected_after_a_refusal(agent):
    case = linked_case(state=C.NEEDS_ATTENTION, problem=Problem.REFUSED)
    declaration_of(case, state=D.REFUSED)
    correct_case(case=case, by=agent, **details())
    case.refresh_from_db()
    assert (case.state, case.declarations.count()) == (C.LINKING, 0)


@pytest.mark.parametrize("problem", [problem for problem in Problem if problem != Problem.UNKNOWN_OUTCOME])
def test_retry_links_again(agent, woken, django_capture_on_commit_callbacks, problem):
    case = linked_case(state=C.NEEDS_ATTENTION, problem=problem)
    if problem == Problem.REFUSED:
        declaration_of(case, state=D.REFUSED)
    with django_capture_on_commit_callbacks(execute=True):
        retry_case(case=case, by=agent)
    case.refresh_from_db()
    assert (case.state, case.problem, case.declarations.count()) == (C.LINKING, "", 0)
    assert woken == [("mct.link_case", case.pk)]
    assert entries(case) == [("retried", agent.pk), ("moved", agent.pk)]


@pytest.mark.parametrize("state", [state for state in C if state != C.NEEDS_ATTENTION])
def test_retry_only_where_attention_is_needed(agent, state):
    case = linked_case(state=state)
    with pytest.raises(IllegalMove):
        retry_case(case=case, by=agent)
    assert entries(case) == []


def test_retry_cannot_pass_over_an_unknown_outcome(agent):
    case = linked_case(state=C.NEEDS_ATTENTION, problem=Problem.UNKNOWN_OUTCOME)
    declaration_of(case, state=D.UNKNOWN)
    with pytest.raises(IllegalMove):
        retry_case(case=case, by=agent)


@pytest.mark.parametrize("other", [D.ACCEPTED, D.PUBLISHED])
def test_retry_after_a_partial_refusal_leaves_what_was_accepted_declared(agent, other):
    case = linked_case(state=C.NEEDS_ATTENTION, problem=Problem.REFUSED)
    accepted = declaration_of(case, state=other, end=case.exposure_start + timedelta(hours=1))
    declaration_of(case, state=D.REFUSED, start=case.exposure_start + timedelta(hours=1))
    retry_case(case=case, by=agent)
    case.refresh_from_db()
    assert (case.state, case.declarations.count()) == (C.LINKING, 0)
    assert Declaration.objects.get(pk=accepted.pk).state == other


@pytest.mark.parametrize("other", [D.HELD, D.READY, D.SENDING, D.UNKNOWN])
def test_retry_after_a_partial_refusal_waits_for_the_rest(agent, other):
    case = linked_case(state=C.NEEDS_ATTENTION, problem=Problem.REFUSED)
    declaration_of(case, state=other, end=case.exposure_start + timedelta(hours=1))
    declaration_of(case, state=D.REFUSED, start=case.exposure_start + timedelta(hours=1))
    with pytest.raises(IllegalMove):
        retry_case(case=case, by=agent)
    assert (entries(case), case.declarations.count()) == ([], 2)


@pytest.mark.parametrize("state", [C.DRAFT, C.NEEDS_ATTENTION, C.READY, C.AWAITING_APPROVAL, C.DECLARED, C.PUBLISHED])
def test_case_is_closed(agent, state):
    case = linked_case(state=state)
    close_case(case=case, reason=ClosingReason.WARNED, by=agent)
    assert Case.objects.values_list("state", "problem", "closing_reason").get() == (C.CLOSED, "", "warned")
    assert TimelineEntry.objects.get(entry="closed").params == {"reason": "warned"}
    assert entries(case) == [("closed", agent.pk), ("moved", agent.pk)]


@pytest.mark.parametrize("state", [C.LINKING, C.DECLARING, C.CLOSED])
def test_case_under_way_is_not_closed(agent, state):
    case = linked_case(state=state)
    with pytest.raises(IllegalMove):
        close_case(case=case, reason=ClosingReason.WARNED, by=agent)
    assert entries(case) == []


def test_case_with_unknown_outcome_is_not_closed(agent):
    case = linked_case(state=C.NEEDS_ATTENTION, problem=Problem.UNKNOWN_OUTCOME)
    with pytest.raises(IllegalMove):
        close_case(case=case, reason=ClosingReason.WARNED, by=agent)


@pytest.mark.parametrize("other", [D.HELD, D.READY, D.SENDING])
def test_refused_case_is_not_closed_while_something_is_on_its_way(agent, other):
    case = linked_case(state=C.NEEDS_ATTENTION, problem=Problem.REFUSED)
    declaration_of(case, state=other)
    with pytest.raises(IllegalMove):
        close_case(case=case, reason=ClosingReason.WARNED, by=agent)
    assert Case.objects.get().state == C.NEEDS_ATTENTION
