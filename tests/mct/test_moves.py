import pytest
from django.db import IntegrityError, transaction

from clea_portal.audit.models import AuditEvent
from mct.enums import CASE_MOVES, DECLARATION_MOVES, CaseState, DeclarationState, Entry, Problem
from mct.models import Case, Declaration, TimelineEntry
from mct.moves import IllegalMove, SomeoneWasFaster, move_case, move_declaration, note, relink, settle
from tests.factories import CaseFactory, DeclarationFactory, UserFactory, declaration_of, linked_case

pytestmark = pytest.mark.django_db
C, D = CaseState, DeclarationState


def problem_for(state):
    return Problem.NO_CODE if state == CaseState.NEEDS_ATTENTION else None


def timeline(case):
    return list(TimelineEntry.objects.filter(case=case).values_list("entry", "actor", "params"))


@pytest.mark.parametrize("to", CaseState)
@pytest.mark.parametrize("origin", CaseState)
def test_case_moves_along_the_table_and_nowhere_else(origin, to):
    case = CaseFactory(state=origin)
    before = Case.objects.values().get()
    if to in CASE_MOVES[origin]:
        move_case(case, to, problem=problem_for(to))
        assert Case.objects.values_list("state", "problem").get() == (to, problem_for(to) or "")
        assert timeline(case) == [("moved", None, {"came_from": origin, "to": to, "problem": problem_for(to) or ""})]
        assert case.state_changed_at == Case.objects.get().state_changed_at > before["state_changed_at"]
    else:
        with pytest.raises(IllegalMove):
            move_case(case, to, problem=problem_for(to))
        assert Case.objects.values().get() == before
        assert timeline(case) == []


@pytest.mark.parametrize("to", DeclarationState)
@pytest.mark.parametrize("origin", DeclarationState)
def test_declaration_moves_along_the_table_and_nowhere_else(origin, to):
    declaration = DeclarationFactory(state=origin)
    if to in DECLARATION_MOVES[origin]:
        move_declaration(declaration, to, reason="accepted")
        expected = (to, "accepted")
    else:
        with pytest.raises(IllegalMove):
            move_declaration(declaration, to, reason="accepted")
        expected = (origin, "")
    assert Declaration.objects.values_list("state", "reason").get() == expected
    assert (declaration.state, declaration.reason) == expected


def test_second_of_two_people_who_move_a_case_is_told():
    mine = CaseFactory(state=CaseState.READY)
    theirs = Case.objects.get()
    move_case(theirs, CaseState.CLOSED)
    with pytest.raises(SomeoneWasFaster):
        move_case(mine, CaseState.LINKING)
    assert Case.objects.get().state == CaseState.CLOSED
    assert mine.state == CaseState.READY
    assert len(timeline(mine)) == 1


@pytest.mark.parametrize("change", [{"state": D.SENDING}, {"attempts": 1}])
def test_second_of_two_workers_that_move_a_declaration_is_told(change):
    declaration = DeclarationFactory(state=D.READY)
    Declaration.objects.update(**change)
    with pytest.raises(SomeoneWasFaster):
        move_declaration(declaration, D.WITHDRAWN)
    assert Declaration.objects.values_list("state", "attempts").get() == (change.get("state", D.READY), change.get("attempts", 0))


def test_note_of_a_person_goes_into_the_audit_trail_without_the_remark():
    case, user = CaseFactory(), UserFactory()
    note(case, Entry.DECIDED_AGAIN, by=user, remark="I called them", declaration="1")
    note(case, Entry.SENT, by=None, result="accepted")
    assert list(TimelineEntry.objects.values_list("entry", "actor", "params", "remark")) == [
        ("decided_again", user.pk, {"declaration": "1"}, "I called them"),
        ("sent", None, {"result": "accepted"}, ""),
    ]
    assert list(AuditEvent.objects.values_list("actor", "verb", "subject_uuid", "details")) == [
        (user.pk, "decided_again", case.uuid, {"declaration": "1"})
    ]


def test_database_refuses_a_problem_that_does_not_go_with_the_state():
    case = CaseFactory(state=CaseState.READY)
    for state, problem in ((CaseState.NEEDS_ATTENTION, ""), (CaseState.READY, Problem.NO_CODE), (CaseState.NEEDS_ATTENTION, "x")):
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(state=state, problem=problem)


def test_relink_lets_go_of_what_was_refused_or_withdrawn(agent, woken, django_capture_on_commit_callbacks):
    case = linked_case(state=C.NEEDS_ATTENTION, problem=Problem.REFUSED)
    declaration_of(case, state=D.REFUSED)
    declaration_of(case, state=D.WITHDRAWN)
    with django_capture_on_commit_callbacks(execute=True):
        relink(case, by=agent)
    assert (case.state, case.problem, case.declarations.count()) == (C.LINKING, "", 0)
    assert woken == [("mct.link_case", case.pk)]


@pytest.mark.parametrize("state", [D.HELD, D.READY, D.SENDING, D.ACCEPTED, D.PUBLISHED, D.UNKNOWN, D.WITHDRAWING])
def test_relink_is_refused_while_a_declaration_is_in_force(agent, state):
    case = linked_case(state=C.DECLARING)
    declaration_of(case, state=state)
    with pytest.raises(IllegalMove):
        relink(case, by=agent)
    assert (case.state, case.declarations.count()) == (C.DECLARING, 1)


@pytest.mark.parametrize(
    ("declarations", "state", "problem"),
    [
        ([], C.READY, ""),
        ([D.WITHDRAWN], C.READY, ""),
        ([D.HELD], C.DECLARING, ""),
        ([D.PUBLISHED, D.READY], C.DECLARING, ""),
        ([D.ACCEPTED, D.SENDING], C.DECLARING, ""),
        ([D.ACCEPTED], C.DECLARED, ""),
        ([D.ACCEPTED, D.PUBLISHED, D.WITHDRAWN], C.DECLARED, ""),
        ([D.PUBLISHED], C.PUBLISHED, ""),
        ([D.PUBLISHED, D.REFUSED], C.NEEDS_ATTENTION, Problem.REFUSED),
        ([D.REFUSED, D.HELD], C.NEEDS_ATTENTION, Problem.REFUSED),
        ([D.REFUSED, D.UNKNOWN], C.NEEDS_ATTENTION, Problem.UNKNOWN_OUTCOME),
        ([D.UNKNOWN, D.SENDING], C.NEEDS_ATTENTION, Problem.UNKNOWN_OUTCOME),
    ],
)
@pytest.mark.parametrize("origin", [C.DECLARING, C.NEEDS_ATTENTION])
def test_settle_says_the_worst_of_what_became_of_the_declarations(origin, declarations, state, problem):
    case = linked_case(state=origin, problem=Problem.UNKNOWN_OUTCOME if origin == C.NEEDS_ATTENTION else "")
    for each in declarations:
        DeclarationFactory(state=each, cases=[case])
    settle(case)
    assert (case.state, case.problem) == (state, problem)
    assert Case.objects.values_list("state", "problem").get() == (state, problem)


def test_settle_leaves_a_closed_case_closed():
    case = linked_case(state=C.CLOSED)
    declaration_of(case, state=D.REFUSED)
    settle(case)
    assert (case.state, case.problem, timeline(case)) == (C.CLOSED, "", [])


def test_settle_of_a_case_that_is_right_already_writes_nothing():
    case = linked_case(state=C.DECLARED)
    declaration_of(case, state=D.ACCEPTED)
    settle(case)
    assert timeline(case) == []
