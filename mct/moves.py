"""The only place where the state of a case or of a declaration changes."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from clea_portal.accounts.models import User
from clea_portal.audit.trail import record_act
from mct.enums import CASE_MOVES, DECLARATION_MOVES, IN_FORCE, CaseState, CodeKind, DeclarationState, Entry, Problem
from mct.figure_changes import case_changed, cases_changed
from mct.models import Case, Declaration, TimelineEntry
from mct.waking import LINK_CASE, wake


class IllegalMove(Exception):
    """This state cannot follow that one."""


class SomeoneWasFaster(Exception):
    """The case or declaration has moved since it was read."""


class Gone(SomeoneWasFaster):
    """The case was past its retention, and is deleted since it was read."""


def note(case: Case, entry: Entry, *, by: User | None, remark: str = "", **params: Any) -> None:
    """Write a line of the case's timeline; an act of a person goes into the audit trail too, without the remark.

    Whatever happens to a case, the figures may tell of it.
    """
    case_changed(case)
    TimelineEntry.objects.create(case=case, entry=entry, actor=by, params=params, remark=remark)
    if by is not None:
        record_act(actor=by, verb=entry.value, on=case, **params)


def move_case(case: Case, to: CaseState, *, by: User | None = None, problem: Problem | None = None, **changes: Any) -> None:
    """Move a case from the state it was read in, by conditional update. Raises IllegalMove or SomeoneWasFaster.

    ``problem`` goes with ``needs_attention`` and with nothing else; ``changes`` are further fields to write.
    """
    if to not in CASE_MOVES[case.state]:
        raise IllegalMove(f"A case cannot go from {case.state} to {to}.")
    changes = _with_kind(changes) | {"state": to, "problem": problem or "", "state_changed_at": timezone.now()}
    if not Case.objects.filter(pk=case.pk, state=case.state).update(**changes):
        raise SomeoneWasFaster
    came_from = case.state
    for name, value in changes.items():
        setattr(case, name, value)
    note(case, Entry.MOVED, by=by, came_from=came_from, to=to.value, problem=problem.value if problem else "")


def _with_kind(changes: dict[str, Any]) -> dict[str, Any]:
    """What a case's code is stands beside its region, where one index has both."""
    if "code" not in changes:
        return changes
    return changes | {"code_kind": changes["code"].kind if changes["code"] else CodeKind.NONE}


def move_declaration(declaration: Declaration, to: DeclarationState, **changes: Any) -> None:
    """Move a declaration from the state and attempt it was read in. Raises IllegalMove or SomeoneWasFaster."""
    if to not in DECLARATION_MOVES[declaration.state]:
        raise IllegalMove(f"A declaration cannot go from {declaration.state} to {to}.")
    changes |= {"state": to}
    same = Declaration.objects.filter(pk=declaration.pk, state=declaration.state, attempts=declaration.attempts)
    if not same.update(**changes):
        raise SomeoneWasFaster
    # Of closed cases, too, which nothing is noted of.
    cases_changed(declaration.cases.order_by().values_list("region", "created_at"))
    for name, value in changes.items():
        setattr(declaration, name, value)


def lock_case(case_id: int) -> Case:
    """The case as it is now, kept from other verbs until the transaction ends. Cases are locked before declarations. Raises Gone.

    Alone: PostgreSQL finds no row at all where it was to be joined to the region that it has left while the lock was waited for.
    """
    case = Case.objects.select_for_update().filter(pk=case_id).first()
    if case is None:
        raise Gone
    return case


def lock_cases_of(declaration: Declaration) -> list[Case]:
    """All that have it, locked in the order of their numbers; one that is deleted meanwhile is not among them."""
    numbers = list(declaration.cases.order_by().values_list("pk", flat=True))
    return list(Case.objects.select_for_update().filter(pk__in=numbers).order_by("pk"))


def relink(case: Case, *, by: User | None, **changes: Any) -> None:
    """Have a locked case linked anew. Raises IllegalMove while a declaration of it is in force.

    Refused and withdrawn declarations are let go: the timeline keeps their story, and they say nothing of what comes next.
    """
    if case.declarations.filter(state__in=IN_FORCE).exists():
        raise IllegalMove("What is declared already cannot be linked anew.")
    case.declarations.clear()
    if case.state != CaseState.LINKING:
        move_case(case, CaseState.LINKING, by=by, **changes)
    elif changes:
        Case.objects.filter(pk=case.pk).update(**_with_kind(changes))
    wake(LINK_CASE, case.pk)


def before_withdrawal(published_at: datetime | None) -> DeclarationState:
    """What a declaration that is being withdrawn still is, as long as the server has not said that it is gone."""
    return DeclarationState.PUBLISHED if published_at else DeclarationState.ACCEPTED


def settle(case: Case) -> None:
    """Bring a locked case to the state that its declarations say."""
    rows = case.declarations.exclude(state=DeclarationState.WITHDRAWN).values_list("state", "published_at")
    states = {before_withdrawal(published_at) if state == DeclarationState.WITHDRAWING else state for state, published_at in rows}
    problem = None
    if DeclarationState.UNKNOWN in states:
        to, problem = CaseState.NEEDS_ATTENTION, Problem.UNKNOWN_OUTCOME
    elif DeclarationState.REFUSED in states:
        to, problem = CaseState.NEEDS_ATTENTION, Problem.REFUSED
    elif states & {DeclarationState.HELD, DeclarationState.READY, DeclarationState.SENDING}:
        to = CaseState.DECLARING
    elif DeclarationState.ACCEPTED in states:
        to = CaseState.DECLARED
    elif states:
        to = CaseState.PUBLISHED
    else:
        to = CaseState.READY
    if case.state != to or case.problem != (problem or ""):
        if case.state == to:
            case.problem = problem or ""
            case.save(update_fields=["problem"])
            case_changed(case)
        elif to in CASE_MOVES[case.state]:
            move_case(case, to, problem=problem)
