from datetime import timedelta

import pytest
from django.utils import timezone

from clea_portal.authorities.enums import ServerKind
from clea_portal.authorities.models import Country, ServerAuthority
from mct.declaring import NeedsAnotherPerson, NothingToDeclare, approve, decide, declare, send_back, withdraw
from mct.enums import CaseState, DeclarationState, Problem
from mct.models import Case, Declaration, TimelineEntry
from mct.moves import IllegalMove, SomeoneWasFaster
from tests.factories import CaseCodeFactory, RegionFactory, TeamMembershipFactory, declaration_of, linked_case

pytestmark = pytest.mark.django_db
C, D = CaseState, DeclarationState


def case_state(case):
    return Case.objects.values_list("state", "problem").get(pk=case.pk)


def states(case):
    return list(case.declarations.order_by("start", "pk").values_list("state", flat=True))


def entries(case):
    return list(TimelineEntry.objects.filter(case=case).exclude(entry="moved").values_list("entry", "actor", "params", "remark"))


def same_place(case, **fields):
    """Another ready case with a code of the same place."""
    other = linked_case(code={"deep_link": case.code.deep_link}, **fields)
    assert other.code.ltid == case.code.ltid
    return other


def test_order_is_a_row_that_waits_for_the_end_of_the_hold_time(agent, woken, django_capture_on_commit_callbacks):
    case = linked_case()
    Country.objects.update(hold_seconds=300)
    before = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        declare(case=case, by=agent)
    row = Declaration.objects.get()
    expected = (case.code.ltid, case.code.deep_link, case.exposure_start, case.exposure_end, None)
    assert (row.ltid, row.deep_link, row.start, row.end, row.instant) == expected
    assert (row.state, row.attempts, row.created_by, row.server) == (D.HELD, 0, agent, ServerAuthority.objects.get())
    assert before + timedelta(seconds=300) <= row.hold_until == row.next_attempt_at <= timezone.now() + timedelta(seconds=300)
    assert (case_state(case), list(row.cases.all()), woken) == ((C.DECLARING, ""), [case], [])
    assert entries(case) == [("declared", agent.pk, {"calls": 1}, "")]


def test_order_without_hold_time_wakes_the_worker(agent, woken, django_capture_on_commit_callbacks):
    case = linked_case()
    with django_capture_on_commit_callbacks(execute=True):
        declare(case=case, by=agent)
    assert woken == [("mct.send_declaration", Declaration.objects.get().pk)]


def test_span_on_a_form_server_is_several_rows(agent):
    case = linked_case()
    ServerAuthority.objects.update(kind=ServerKind.FORM, slots_before=0, slots_after=0)
    declare(case=case, by=agent)
    rows = Declaration.objects.values_list("instant", "start", "end")
    step, start = timedelta(minutes=30), case.exposure_start
    assert list(rows) == [(start + n * step, start + n * step, start + (n + 1) * step) for n in range(4)]
    assert entries(case) == [("declared", agent.pk, {"calls": 4}, "")]


@pytest.mark.parametrize("state", [state for state in C if state != C.READY])
def test_only_a_ready_case_is_declared(agent, state):
    case = linked_case(state=state)
    with pytest.raises(IllegalMove):
        declare(case=case, by=agent)
    assert (Declaration.objects.count(), entries(case)) == (0, [])


def test_case_that_is_not_what_the_person_saw_is_not_declared(agent, colleague):
    case = linked_case()
    seen = case.state_changed_at
    Country.objects.update(four_eyes=True)
    with pytest.raises(SomeoneWasFaster):
        declare(case=case, by=agent, seen=seen - timedelta(seconds=1))
    declare(case=case, by=agent, seen=seen)
    with pytest.raises(SomeoneWasFaster):
        approve(case=case, by=colleague, seen=seen)
    approve(case=case, by=colleague, seen=Case.objects.get().state_changed_at)
    assert case_state(case) == (C.DECLARING, "")


def test_what_has_come_between_since_the_linking_is_noticed(agent):
    case = linked_case()
    old = timezone.now() - timedelta(days=20)
    Case.objects.update(exposure_start=old, exposure_end=old + timedelta(hours=1))
    declare(case=case, by=agent)
    assert (case_state(case), Declaration.objects.count()) == ((C.NEEDS_ATTENTION, Problem.TOO_OLD), 0)


def test_server_that_was_taken_away_is_noticed_at_the_approval(agent, colleague):
    case = linked_case()
    Country.objects.update(four_eyes=True)
    declare(case=case, by=agent)
    ServerAuthority.objects.update(client_key="")
    approve(case=case, by=colleague)
    assert (case_state(case), Declaration.objects.count()) == ((C.NEEDS_ATTENTION, Problem.NO_SERVER), 0)


def test_hours_that_are_all_in_the_future_are_nothing_to_declare(agent):
    soon = timezone.now() + timedelta(hours=1)
    case = linked_case(exposure_start=soon, exposure_end=soon + timedelta(hours=1))
    with pytest.raises(NothingToDeclare):
        declare(case=case, by=agent)
    assert case_state(case) == (C.READY, "")


def test_second_case_with_the_same_place_and_hours_joins_the_declaration(agent, colleague):
    first = linked_case()
    declare(case=first, by=agent)
    second = same_place(first)
    declare(case=second, by=colleague)
    row = Declaration.objects.get()
    assert set(row.cases.all()) == {first, second}
    assert (case_state(second), row.created_by) == ((C.DECLARING, ""), agent)
    assert entries(second) == [("joined", colleague.pk, {"declarations": 1}, "")]


def test_second_case_with_longer_hours_declares_only_the_rest(agent):
    first = linked_case()
    declare(case=first, by=agent)
    second = same_place(first, exposure_end=first.exposure_end + timedelta(hours=1))
    declare(case=second, by=agent)
    rest = Declaration.objects.latest("pk")
    assert (rest.start, rest.end) == (first.exposure_end, second.exposure_end)
    assert (set(second.declarations.all()), list(first.declarations.all())) == (
        set(Declaration.objects.all()),
        [Declaration.objects.earliest("pk")],
    )
    assert [entry[0] for entry in entries(second)] == ["declared", "joined"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (D.ACCEPTED, (C.DECLARED, "")),
        (D.PUBLISHED, (C.PUBLISHED, "")),
        (D.UNKNOWN, (C.NEEDS_ATTENTION, Problem.UNKNOWN_OUTCOME)),
    ],
)
def test_joining_what_is_declared_already_brings_the_case_to_where_that_is(agent, state, expected):
    first = linked_case(state=C.DECLARING)
    declaration_of(first, state=state)
    second = same_place(first)
    declare(case=second, by=agent)
    assert (case_state(second), states(second)) == (expected, [state])


# --- four eyes


def test_where_four_eyes_are_asked_for_the_order_is_only_proposed(agent):
    case = linked_case()
    Country.objects.update(four_eyes=True)
    declare(case=case, by=agent)
    case.refresh_from_db()
    assert (case.state, case.proposed_by, Declaration.objects.count()) == (C.AWAITING_APPROVAL, agent, 0)
    assert entries(case) == [("proposed", agent.pk, {}, "")]


def test_second_person_approves(agent, colleague):
    case = linked_case(state=C.AWAITING_APPROVAL, proposed_by=agent)
    approve(case=case, by=colleague)
    assert (case_state(case), Declaration.objects.get().created_by) == ((C.DECLARING, ""), colleague)
    assert entries(case) == [("declared", colleague.pk, {"calls": 1}, "")]


def test_whoever_proposed_does_not_approve(agent):
    case = linked_case(state=C.AWAITING_APPROVAL, proposed_by=agent)
    with pytest.raises(NeedsAnotherPerson):
        approve(case=case, by=agent)
    assert (case_state(case), Declaration.objects.count()) == ((C.AWAITING_APPROVAL, ""), 0)


def test_proposed_case_is_sent_back(agent, colleague):
    case = linked_case(state=C.AWAITING_APPROVAL, proposed_by=agent)
    send_back(case=case, by=colleague)
    case.refresh_from_db()
    assert (case.state, case.proposed_by) == (C.READY, None)
    assert entries(case) == [("sent_back", colleague.pk, {}, "")]


@pytest.mark.parametrize("state", [state for state in C if state != C.AWAITING_APPROVAL])
@pytest.mark.parametrize("verb", [approve, send_back])
def test_only_a_proposed_case_is_approved_or_sent_back(agent, state, verb):
    case = linked_case(state=state)
    with pytest.raises(IllegalMove):
        verb(case=case, by=agent)
    assert (case_state(case)[0], entries(case)) == (state, [])


# --- withdrawal


@pytest.mark.parametrize("state", [D.HELD, D.READY])
def test_what_has_not_left_yet_is_withdrawn(agent, state):
    case = linked_case(state=C.DECLARING)
    declaration_of(case, state=state)
    withdraw(case=case, by=agent)
    assert (case_state(case), states(case)) == ((C.READY, ""), [D.WITHDRAWN])
    assert entries(case) == [("withdrawn", agent.pk, {"declarations": 1}, "")]


def test_withdrawn_case_can_be_declared_again(agent):
    case = linked_case()
    Country.objects.update(hold_seconds=300)
    declare(case=case, by=agent)
    withdraw(case=case, by=agent)
    declare(case=case, by=agent)
    assert (case_state(case), states(case)) == ((C.DECLARING, ""), [D.WITHDRAWN, D.HELD])


@pytest.mark.parametrize(
    "fields", [{"state": D.SENDING, "attempts": 1}, {"state": D.READY, "attempts": 1}, {"state": D.ACCEPTED}]
)
def test_what_has_left_is_not_withdrawn(agent, fields):
    case = linked_case(state=C.DECLARING)
    declaration_of(case, **fields)
    with pytest.raises(IllegalMove):
        withdraw(case=case, by=agent)
    assert (states(case), entries(case)) == ([fields["state"]], [])


def test_declaration_that_another_case_shares_goes_on_for_that_case(agent):
    first = linked_case()
    Country.objects.update(hold_seconds=300)
    declare(case=first, by=agent)
    second = same_place(first)
    declare(case=second, by=agent)
    withdraw(case=first, by=agent)
    assert (case_state(first), states(first)) == ((C.READY, ""), [])
    assert (case_state(second), states(second)) == ((C.DECLARING, ""), [D.HELD])
    withdraw(case=second, by=agent)
    assert (case_state(second), states(second)) == ((C.READY, ""), [D.WITHDRAWN])


def test_declaration_that_only_a_closed_case_shares_is_withdrawn(agent):
    first = linked_case(state=C.DECLARING)
    declaration_of(first, cases=[first, same_place(first, state=C.CLOSED)])
    withdraw(case=first, by=agent)
    assert states(first) == [D.WITHDRAWN]


def test_withdrawal_lets_go_of_what_other_cases_had_declared_before(agent):
    first = linked_case(state=C.DECLARED)
    accepted = declaration_of(first, state=D.ACCEPTED)
    second = same_place(first, exposure_end=first.exposure_end + timedelta(hours=1))
    Country.objects.update(hold_seconds=300)
    declare(case=second, by=agent)
    withdraw(case=second, by=agent)
    assert (case_state(second), states(second)) == ((C.READY, ""), [D.WITHDRAWN])
    assert list(accepted.cases.all()) == [first]


def test_withdrawal_keeps_what_the_case_itself_has_sent(agent):
    case = linked_case(state=C.DECLARING)
    declaration_of(case, state=D.ACCEPTED, attempts=1)
    declaration_of(case, state=D.HELD, start=case.exposure_end, end=case.exposure_end + timedelta(hours=1))
    withdraw(case=case, by=agent)
    assert (case_state(case), states(case)) == ((C.DECLARED, ""), [D.ACCEPTED, D.WITHDRAWN])


# --- decisions


def test_decided_that_it_arrived_it_is_watched_for(agent):
    case = linked_case(state=C.NEEDS_ATTENTION, problem=Problem.UNKNOWN_OUTCOME)
    row = declaration_of(case, state=D.UNKNOWN, attempts=1)
    decide(declaration=row, arrived=True, reason="Their operator saw it.", by=agent)
    row.refresh_from_db()
    assert (row.state, row.accepted_at is not None, case_state(case)) == (D.ACCEPTED, True, (C.DECLARED, ""))
    assert entries(case) == [("decided_arrived", agent.pk, {"declaration": str(row.uuid)}, "Their operator saw it.")]


def test_decided_to_send_again_it_is_sent_at_once(agent, woken, django_capture_on_commit_callbacks):
    case = linked_case(state=C.NEEDS_ATTENTION, problem=Problem.UNKNOWN_OUTCOME)
    row = declaration_of(case, state=D.UNKNOWN, attempts=1, next_attempt_at=timezone.now() + timedelta(hours=1))
    with django_capture_on_commit_callbacks(execute=True):
        decide(declaration=row, arrived=False, reason="Not in their log.", by=agent)
    row.refresh_from_db()
    assert (row.state, row.attempts, case_state(case)) == (D.READY, 1, (C.DECLARING, ""))
    assert row.next_attempt_at <= timezone.now()
    assert woken == [("mct.send_declaration", row.pk)]
    assert entries(case) == [("decided_again", agent.pk, {"declaration": str(row.uuid)}, "Not in their log.")]


@pytest.mark.parametrize("state", [state for state in D if state != D.UNKNOWN])
def test_only_an_unknown_outcome_is_decided(agent, state):
    case = linked_case(state=C.DECLARING)
    row = declaration_of(case, state=state)
    with pytest.raises(IllegalMove):
        decide(declaration=row, arrived=True, reason="So.", by=agent)
    assert (states(case), entries(case)) == ([state], [])


def test_words_of_a_decision_stay_in_the_region_and_its_effect_does_not(agent):
    mine = linked_case(state=C.NEEDS_ATTENTION, problem=Problem.UNKNOWN_OUTCOME)
    theirs = same_place(mine, state=C.NEEDS_ATTENTION, problem=Problem.UNKNOWN_OUTCOME, region=RegionFactory(number=69))
    row = declaration_of(mine, state=D.UNKNOWN, cases=[mine, theirs])
    decide(declaration=row, arrived=True, reason="Ms X said so.", by=agent)
    assert (case_state(mine), case_state(theirs)) == ((C.DECLARED, ""), (C.DECLARED, ""))
    assert [entry[3] for entry in entries(mine) + entries(theirs)] == ["Ms X said so.", ""]


def test_one_of_two_codes_is_declared_and_the_other_is_not(agent):
    case = linked_case()
    CaseCodeFactory(case=case)
    declare(case=case, by=TeamMembershipFactory().user)
    assert [row.ltid for row in Declaration.objects.all()] == [case.code.ltid]
