"""Orders declarations, has them approved, withdraws them, and decides what became of unknown ones."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from clea_portal.accounts.models import User
from clea_portal.accounts.roles import roles_of
from clea_portal.authorities.models import ServerAuthority
from mct.enums import IN_FORCE, CaseState, DeclarationState, Entry
from mct.linking import obstacle
from mct.models import Case, Declaration
from mct.moves import IllegalMove, SomeoneWasFaster, lock_case, lock_cases_of, move_case, move_declaration, note, settle
from mct.planning import plan
from mct.waking import SEND_DECLARATION, wake


class NeedsAnotherPerson(Exception):
    """The authority asks for four eyes: whoever proposed a declaration does not approve it."""


class NothingToDeclare(Exception):
    """No hour of the case can be declared any more."""


class BeingWithdrawn(Exception):
    """A part of these hours is being withdrawn at the server: nobody knows yet whether it can be joined or declared anew."""


def declare(*, case: Case, by: User, seen: datetime | None = None) -> None:
    """Order the declaration of a ready case, or, where the authority wants four eyes, ask for a second person's approval.

    ``seen``: ``state_changed_at`` of the case that the person looked at; one that has moved since is not declared.
    What stands in the way by now brings the case to ``needs_attention`` instead. Raises IllegalMove, SomeoneWasFaster,
    NothingToDeclare, BeingWithdrawn.
    """
    with transaction.atomic():
        case = lock_case(case.pk)
        _check_seen(case, seen)
        if case.state != CaseState.READY:
            raise IllegalMove
        if case.region.country.four_eyes:
            note(case, Entry.PROPOSED, by=by)
            move_case(case, CaseState.AWAITING_APPROVAL, by=by, proposed_by=by)
        else:
            _order(case, by=by, now=timezone.now())


def approve(*, case: Case, by: User, seen: datetime | None = None) -> None:
    """Order the declaration that somebody else proposed; ``seen`` and what stands in the way: as for ``declare``.

    Raises IllegalMove, SomeoneWasFaster, NeedsAnotherPerson, NothingToDeclare, BeingWithdrawn.
    """
    with transaction.atomic():
        case = lock_case(case.pk)
        _check_seen(case, seen)
        if case.state != CaseState.AWAITING_APPROVAL:
            raise IllegalMove
        if case.proposed_by_id == by.pk:
            raise NeedsAnotherPerson
        _order(case, by=by, now=timezone.now())


def send_back(*, case: Case, by: User) -> None:
    """Return a proposed case without approval. Raises IllegalMove."""
    with transaction.atomic():
        case = lock_case(case.pk)
        if case.state != CaseState.AWAITING_APPROVAL:
            raise IllegalMove
        note(case, Entry.SENT_BACK, by=by)
        move_case(case, CaseState.READY, by=by, proposed_by=None)


def _check_seen(case: Case, seen: datetime | None) -> None:
    if seen is not None and seen != case.state_changed_at:
        raise SomeoneWasFaster


def _order(case: Case, *, by: User, now: datetime) -> None:
    assert case.code_id is not None
    code = case.codes.select_related("country").get(pk=case.code_id)
    if problem := obstacle(case, code, now=now):
        move_case(case, CaseState.NEEDS_ATTENTION, by=by, problem=problem)
        return
    # One order at a time per server: two agents with the same code see each other's declarations.
    ServerAuthority.objects.select_for_update().get(country=code.country)
    planned = plan(case, code, now=now)
    if not planned.calls and not planned.joined:
        raise NothingToDeclare
    if any(declaration.state == DeclarationState.WITHDRAWING for declaration in planned.joined):
        raise BeingWithdrawn
    hold_until = now + timedelta(seconds=case.region.country.hold_seconds)
    for call in planned.calls:
        declaration = Declaration.objects.create(
            server=planned.server,
            ltid=code.ltid,
            deep_link=code.deep_link,
            start=call.start,
            end=call.end,
            instant=call.instant,
            hold_until=hold_until,
            next_attempt_at=hold_until,
            created_by=by,
        )
        declaration.cases.add(case)
        if hold_until <= now:
            wake(SEND_DECLARATION, declaration.pk)
    for declaration in planned.joined:
        declaration.cases.add(case)
    if planned.calls:
        note(case, Entry.DECLARED, by=by, calls=len(planned.calls))
    if planned.joined:
        note(case, Entry.JOINED, by=by, declarations=len(planned.joined))
    settle(case)


def withdraw(*, case: Case, by: User) -> None:
    """Take a case's order back: what has not left yet is withdrawn, and what another case shares goes on without this one.

    What only this case declared and is out already stays. Raises IllegalMove where nothing is left to withdraw.
    """
    with transaction.atomic():
        case = lock_case(case.pk)
        # One order or withdrawal at a time per server: two cases that share a declaration see each other's answer.
        list(ServerAuthority.objects.select_for_update().filter(pk__in=case.declarations.values("server")).order_by("pk"))
        declarations = list(case.declarations.filter(state__in=IN_FORCE))
        waiting = [declaration for declaration in declarations if is_withdrawable(declaration)]
        if not waiting:
            raise IllegalMove
        for declaration in declarations:
            if goes_on_without(declaration, case):
                case.declarations.remove(declaration)
            elif declaration in waiting:
                move_declaration(declaration, DeclarationState.WITHDRAWN)
        note(case, Entry.WITHDRAWN, by=by, declarations=len(waiting))
        settle(case)


def is_withdrawable(declaration: Declaration) -> bool:
    """Whether nothing of it can have reached the server yet."""
    return declaration.state in (DeclarationState.HELD, DeclarationState.READY) and not declaration.attempts


def goes_on_without(declaration: Declaration, case: Case) -> bool:
    """Whether other cases keep the declaration when this one lets go of it."""
    others = declaration.cases.exclude(pk=case.pk)
    if declaration.state not in (DeclarationState.ACCEPTED, DeclarationState.PUBLISHED):
        # Somebody has to see it through.
        others = others.exclude(state=CaseState.CLOSED)
    return others.exists()


def decide(*, declaration: Declaration, arrived: bool, reason: str, by: User) -> None:
    """Say of a declaration with unknown outcome that it arrived, or that it is to be sent again. Raises IllegalMove.

    ``reason`` is written into the cases of the person's own regions only.
    """
    now, regions = timezone.now(), roles_of(by).regions
    with transaction.atomic():
        cases = lock_cases_of(declaration)
        declaration.refresh_from_db()
        if declaration.state != DeclarationState.UNKNOWN:
            raise IllegalMove
        if arrived:
            move_declaration(declaration, DeclarationState.ACCEPTED, accepted_at=now)
        else:
            move_declaration(declaration, DeclarationState.READY, next_attempt_at=now)
            wake(SEND_DECLARATION, declaration.pk)
        for case in cases:
            note(
                case,
                Entry.DECIDED_ARRIVED if arrived else Entry.DECIDED_AGAIN,
                by=by,
                declaration=str(declaration.uuid),
                remark=reason if case.region_id in regions else "",
            )
            settle(case)
