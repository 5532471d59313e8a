from datetime import timedelta

import pytest
from django.utils import timezone

from clea_portal.authorities.enums import ServerKind
from clea_portal.authorities.models import ServerAuthority
from clea_portal.cluster_server.outcomes import Outcome, Reason, Result
from clea_portal.cluster_server.public_list import Exposition
from clea_portal.protocol.ntp import to_ntp
from mct import withdrawing
from mct.declaring import BeingWithdrawn, declare
from mct.enums import CaseState, DeclarationState, Problem
from mct.models import Case, Declaration, TimelineEntry
from mct.moves import IllegalMove
from mct.sending import send_declaration
from mct.sweeping import sweep
from mct.tasks import withdraw_declaration as task
from mct.watching import publish, watch_lists
from mct.withdrawing import record_withdrawal, take_back, withdraw_declaration
from tests.factories import RegionFactory, declaration_of, linked_case
from tests.mct.test_sending import order

pytestmark = pytest.mark.django_db
C, D = CaseState, DeclarationState
NOW = timezone.now()


def standing(state=D.ACCEPTED, **fields):
    """A case with what its server has accepted, or shows."""
    case = linked_case(state=C.PUBLISHED if state == D.PUBLISHED else C.DECLARED)
    return case, declaration_of(
        case, state=state, attempts=1, published_at=NOW if state == D.PUBLISHED else None, **({"accepted_at": NOW} | fields)
    )


def leaving(state=D.ACCEPTED, **fields):
    case, declaration = standing(state)
    Declaration.objects.update(**({"state": D.WITHDRAWING, "next_attempt_at": NOW, "leased_until": NOW} | fields))
    declaration.refresh_from_db()
    return case, declaration


def result(case, declaration):
    declaration.refresh_from_db()
    case.refresh_from_db()
    return (declaration.state, declaration.withdrawal_reason, declaration.withdrawal_attempts), (case.state, case.problem)


def entries(case):
    rows = TimelineEntry.objects.filter(case=case).exclude(entry="moved")
    return list(rows.values_list("entry", "actor", "params", "remark"))


def test_what_the_server_has_published_leaves_its_list_again(sandbox, agent, woken, django_capture_on_commit_callbacks):
    case, declaration = order(sandbox, ServerKind.API)
    send_declaration(declaration.pk)
    watch_lists()
    case.refresh_from_db()
    assert case.state == C.PUBLISHED
    woken.clear()
    with django_capture_on_commit_callbacks(execute=True):
        take_back(case=case, reason="Wrong day.", by=agent)
    assert result(case, declaration) == ((D.WITHDRAWING, "", 0), (C.PUBLISHED, ""))
    assert woken == [("mct.withdraw_declaration", declaration.pk)]
    withdraw_declaration(declaration.pk)
    assert result(case, declaration) == ((D.WITHDRAWN, "", 1), (C.READY, ""))
    assert declaration.withdrawn_at is not None
    assert [one["state"] for one in sandbox.received(ltid=declaration.ltid)] == ["withdrawn"]
    watch_lists()
    withdraw_declaration(declaration.pk)
    assert result(case, declaration) == ((D.WITHDRAWN, "", 1), (C.READY, ""))
    uuid = str(declaration.uuid)
    assert entries(case)[-2:] == [
        ("taken_back", agent.pk, {"declarations": 1, "shared": 0}, "Wrong day."),
        ("taken_back_answer", None, {"declaration": uuid, "result": "accepted", "reason": "accepted", "status": 204}, ""),
    ]


def test_withdrawn_hours_can_be_declared_anew(sandbox, agent):
    case, declaration = order(sandbox, ServerKind.API)
    send_declaration(declaration.pk)
    take_back(case=case, reason="Wrong.", by=agent)
    withdraw_declaration(declaration.pk)
    case.refresh_from_db()
    declare(case=case, by=agent)
    again = Declaration.objects.latest("pk")
    send_declaration(again.pk)
    assert (again.uuid != declaration.uuid, result(case, again)[1]) == (True, (C.DECLARED, ""))
    assert sorted(one["state"] for one in sandbox.received(ltid=declaration.ltid)) == ["published", "withdrawn"]


@pytest.mark.parametrize("state", [state for state in D if state not in (D.ACCEPTED, D.PUBLISHED)])
def test_only_what_stands_is_taken_back(agent, state):
    case = linked_case(state=C.DECLARING)
    declaration_of(case, state=state)
    with pytest.raises(IllegalMove):
        take_back(case=case, reason="So.", by=agent)
    assert (Declaration.objects.get().state, entries(case)) == (state, [])


def test_form_server_takes_nothing_back(agent):
    case, declaration = standing()
    ServerAuthority.objects.update(kind=ServerKind.FORM)
    with pytest.raises(IllegalMove):
        take_back(case=case, reason="So.", by=agent)
    assert result(case, declaration) == ((D.ACCEPTED, "", 0), (C.DECLARED, ""))


def test_closed_case_takes_nothing_back(agent):
    case, _ = standing()
    Case.objects.update(state=C.CLOSED)
    with pytest.raises(IllegalMove):
        take_back(case=case, reason="So.", by=agent)


def test_cases_that_share_it_keep_it_until_all_let_go(agent):
    first, declaration = standing(D.PUBLISHED)
    second = linked_case(state=C.PUBLISHED, code={"deep_link": first.code.deep_link}, region=RegionFactory(number=69))
    declaration.cases.add(second)
    take_back(case=first, reason="Wrong place.", by=agent)
    assert result(first, declaration) == ((D.PUBLISHED, "", 0), (C.READY, ""))
    assert (list(declaration.cases.all()), entries(second)) == ([second], [])
    assert entries(first) == [("taken_back", agent.pk, {"declarations": 0, "shared": 1}, "Wrong place.")]
    take_back(case=second, reason="Ours too.", by=agent)
    assert result(second, declaration) == ((D.WITHDRAWING, "", 0), (C.PUBLISHED, ""))


def test_nobody_joins_what_is_being_withdrawn(agent):
    first, _ = leaving()
    second = linked_case(code={"deep_link": first.code.deep_link})
    with pytest.raises(BeingWithdrawn):
        declare(case=second, by=agent)
    assert (Case.objects.get(pk=second.pk).state, Declaration.objects.count()) == (C.READY, 1)


@pytest.mark.parametrize(
    "misbehaviour",
    [{"mode": "error", "status": 500}, {"mode": "error", "status": 429}, {"mode": "drop"}, {"mode": "slow", "seconds": 3}],
)
def test_call_that_fails_is_repeated(sandbox, agent, misbehaviour):
    case, declaration = order(sandbox, ServerKind.API)
    send_declaration(declaration.pk)
    take_back(case=case, reason="Wrong.", by=agent)
    sandbox.behave(**misbehaviour, times=1)
    withdraw_declaration(declaration.pk)
    (state, reason, attempts), of_case = result(case, declaration)
    assert (state, reason != "", attempts, of_case) == (D.WITHDRAWING, True, 1, (C.DECLARED, ""))
    assert declaration.next_attempt_at > timezone.now() - timedelta(seconds=1)
    Declaration.objects.update(next_attempt_at=NOW)
    withdraw_declaration(declaration.pk)
    assert result(case, declaration) == ((D.WITHDRAWN, "", 2), (C.READY, ""))
    assert [entry[2]["result"] for entry in entries(case)[-2:]] == ["retry", "accepted"]


@pytest.mark.parametrize(("state", "settled"), [(D.ACCEPTED, C.DECLARED), (D.PUBLISHED, C.PUBLISHED)])
def test_server_that_refuses_leaves_it_as_it_was(sandbox, agent, state, settled):
    case, declaration = standing(state)
    ServerAuthority.objects.update(base_url=sandbox.base_url, client_key="55" * 32)
    take_back(case=case, reason="Wrong.", by=agent)
    withdraw_declaration(declaration.pk)
    assert result(case, declaration) == ((state, "not_authorised", 1), (settled, ""))
    take_back(case=case, reason="Once more.", by=agent)
    assert result(case, declaration) == ((D.WITHDRAWING, "", 0), (settled, ""))


@pytest.mark.parametrize("key", ["", "not a key"])
def test_key_that_is_none_is_told_and_not_a_crash(key):
    case, declaration = leaving()
    ServerAuthority.objects.update(client_key=key)
    withdraw_declaration(declaration.pk)
    assert result(case, declaration) == ((D.ACCEPTED, "not_authorised", 1), (C.DECLARED, ""))


def test_server_that_had_withdrawn_it_already_is_believed(monkeypatch):
    case, declaration = leaving()
    gone = Outcome(result=Result.REFUSED, reason=Reason.WITHDRAWN, status=410)
    monkeypatch.setattr(withdrawing, "withdraw_by_api", lambda **_: gone)
    withdraw_declaration(declaration.pk)
    assert result(case, declaration) == ((D.WITHDRAWN, "", 1), (C.READY, ""))


# --- claims and sweeping


@pytest.mark.parametrize(
    ("fields", "is_due"),
    [
        ({}, True),
        ({"next_attempt_at": NOW + timedelta(hours=1)}, False),
        ({"leased_until": NOW + timedelta(hours=1)}, False),
    ],
)
def test_what_is_due_is_swept_up_and_claimed_once(woken, monkeypatch, fields, is_due):
    _, declaration = leaving(**fields)
    sweep()
    assert woken == ([("mct.withdraw_declaration", declaration.pk)] if is_due else [])
    calls = []

    def call(**words):
        calls.append(words["uuid"])
        withdraw_declaration(declaration.pk)
        return Outcome(result=Result.ACCEPTED, reason=Reason.ACCEPTED, status=204)

    monkeypatch.setattr(withdrawing, "withdraw_by_api", call)
    withdraw_declaration(declaration.pk)
    assert calls == ([declaration.uuid] if is_due else [])


def test_answer_to_an_attempt_that_is_history_changes_nothing():
    case, declaration = leaving()
    Declaration.objects.update(attempts=5)
    record_withdrawal(declaration, Outcome(result=Result.REFUSED, reason=Reason.CONFLICT, status=409))
    assert (result(case, declaration), entries(case)) == (((D.WITHDRAWING, "", 0), (C.DECLARED, "")), [])


def test_list_that_still_shows_it_does_not_bring_it_back():
    case, declaration = standing()
    before = Declaration.objects.get()
    Declaration.objects.update(state=D.WITHDRAWING)
    start = to_ntp(declaration.start)
    publish(before, Exposition(start, 3600, 3.0))
    assert (result(case, declaration)[0][0], entries(case)) == (D.WITHDRAWING, [])
    Declaration.objects.update(state=D.WITHDRAWN)
    publish(before, Exposition(start, 3600, 3.0))
    assert (result(case, declaration)[0][0], entries(case)) == (D.WITHDRAWN, [])


def test_task_has_the_name_by_which_it_is_woken():
    assert task.name == "mct.withdraw_declaration"
    task(4711)


def test_rest_of_the_case_still_says_what_it_needs(agent):
    case, declaration = standing()
    declaration_of(case, state=D.REFUSED, start=case.exposure_end, end=case.exposure_end + timedelta(hours=1))
    Case.objects.update(state=C.NEEDS_ATTENTION, problem=Problem.REFUSED)
    take_back(case=case, reason="So.", by=agent)
    assert result(case, declaration) == ((D.WITHDRAWING, "", 0), (C.NEEDS_ATTENTION, Problem.REFUSED))
