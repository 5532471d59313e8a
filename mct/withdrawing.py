"""Withdraws at an ``api`` server what it has accepted: a row first, sent after commit, repeated until the server has answered.

Withdrawing is idempotent by the declaration's UUID, so no outcome is unknown: whatever got no answer is asked for again.
"""

from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from clea_portal.accounts.models import User
from clea_portal.authorities.credentials import credentials_of
from clea_portal.authorities.enums import ServerKind
from clea_portal.authorities.models import ServerAuthority
from clea_portal.cluster_server.api import withdraw_by_api
from clea_portal.cluster_server.outcomes import Outcome, Reason, Result
from clea_portal.protocol.errors import BadKey
from mct.declaring import goes_on_without
from mct.enums import CaseState, DeclarationState, Entry
from mct.models import Case, Declaration
from mct.moves import IllegalMove, SomeoneWasFaster, before_withdrawal, lock_case, lock_cases_of, move_declaration, note, settle
from mct.sending import backoff, lease
from mct.server_health import note_call
from mct.waking import WITHDRAW_DECLARATION, wake

logger = structlog.get_logger(__name__)

STANDING = frozenset({DeclarationState.ACCEPTED, DeclarationState.PUBLISHED})


def can_be_taken_back(declaration: Declaration) -> bool:
    """Whether its server has it and knows how to withdraw it."""
    return declaration.state in STANDING and declaration.server.kind == ServerKind.API


def take_back(*, case: Case, reason: str, by: User) -> None:
    """Order the withdrawal at the server of what a case has declared there; what other cases share stays for them.

    Raises IllegalMove where nothing can be withdrawn.
    """
    now = timezone.now()
    with transaction.atomic():
        case = lock_case(case.pk)
        # One order or withdrawal at a time per server: nobody joins what is being let go.
        list(ServerAuthority.objects.select_for_update().filter(pk__in=case.declarations.values("server")).order_by("pk"))
        standing = case.declarations.select_related("server").filter(state__in=sorted(STANDING))
        declarations = [declaration for declaration in standing if can_be_taken_back(declaration)]
        if case.state == CaseState.CLOSED or not declarations:
            raise IllegalMove
        ordered = [declaration for declaration in declarations if not goes_on_without(declaration, case)]
        for declaration in declarations:
            if declaration not in ordered:
                case.declarations.remove(declaration)
                continue
            move_declaration(
                declaration,
                DeclarationState.WITHDRAWING,
                next_attempt_at=now,
                leased_until=now,
                withdrawal_attempts=0,
                withdrawal_reason="",
                withdrawal_ordered_at=now,
            )
            wake(WITHDRAW_DECLARATION, declaration.pk)
        note(
            case,
            Entry.TAKEN_BACK,
            by=by,
            remark=reason,
            declarations=len(ordered),
            shared=len(declarations) - len(ordered),
        )
        settle(case)


def withdraw_declaration(declaration_id: int) -> None:
    """Tell the server to withdraw one declaration. Safe to run twice, and in several workers at once: one claims it."""
    now = timezone.now()
    due = Declaration.objects.filter(
        pk=declaration_id, state=DeclarationState.WITHDRAWING, next_attempt_at__lte=now, leased_until__lte=now
    )
    claimed = due.update(leased_until=now + lease(), attempts=F("attempts") + 1, withdrawal_attempts=F("withdrawal_attempts") + 1)
    if not claimed:
        return
    declaration = Declaration.objects.select_related("server").get(pk=declaration_id)
    outcome = _call(declaration, now=now)
    logger.info(
        "declaration withdrawn",
        declaration=str(declaration.uuid),
        attempt=declaration.withdrawal_attempts,
        result=outcome.result,
        reason=outcome.reason,
        status=outcome.status,
    )
    record_withdrawal(declaration, outcome)
    note_call(declaration.server_id, outcome)


def _call(declaration: Declaration, *, now: datetime) -> Outcome:
    server = declaration.server
    try:
        credentials = credentials_of(server, now=now)
    except BadKey:
        return Outcome(result=Result.REFUSED, reason=Reason.NOT_AUTHORISED)
    outcome = withdraw_by_api(
        base_url=server.base_url,
        uuid=declaration.uuid,
        credentials=credentials,
        timeout=settings.CLUSTER_SERVER_TIMEOUT,
        allow_private=settings.ALLOW_PRIVATE_CLUSTER_SERVERS,
    )
    if outcome.reason == Reason.WITHDRAWN:
        # A server that answers 410 to what is withdrawn already has said all that was asked.
        return Outcome(result=Result.ACCEPTED, reason=Reason.WITHDRAWN, status=outcome.status)
    return outcome


def record_withdrawal(declaration: Declaration, outcome: Outcome) -> None:
    """Write down what a call came to, on the declaration and on every case that has it. An answer to another attempt is late."""
    now = timezone.now()
    with transaction.atomic():
        cases = lock_cases_of(declaration)
        try:
            match outcome.result:
                case Result.ACCEPTED:
                    move_declaration(declaration, DeclarationState.WITHDRAWN, withdrawn_at=now, withdrawal_reason="")
                case Result.RETRY:
                    pause = backoff(declaration.withdrawal_attempts, outcome.retry_after)
                    move_declaration(
                        declaration,
                        DeclarationState.WITHDRAWING,
                        next_attempt_at=now + pause,
                        leased_until=now,
                        withdrawal_reason=outcome.reason,
                    )
                case _:
                    move_declaration(declaration, before_withdrawal(declaration.published_at), withdrawal_reason=outcome.reason)
        except SomeoneWasFaster:
            return
        for case in cases:
            note(
                case,
                Entry.TAKEN_BACK_ANSWER,
                by=None,
                declaration=str(declaration.uuid),
                result=outcome.result.value,
                reason=outcome.reason,
                status=outcome.status,
            )
            settle(case)
