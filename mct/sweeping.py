"""Finds what is due or stuck. Enough by itself for everything to arrive, whatever becomes of the broker's messages."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from clea_portal.authorities.enums import ServerKind
from clea_portal.cluster_server.outcomes import Result
from mct.enums import ON_ITS_WAY, CaseState, DeclarationState, Entry, PictureState
from mct.models import Case, Declaration, Picture
from mct.moves import Gone, SomeoneWasFaster, lock_case, lock_cases_of, move_declaration, note, settle
from mct.waking import LINK_CASE, READ_PICTURE, SEND_DECLARATION, WITHDRAW_DECLARATION, send

logger = structlog.get_logger(__name__)

BATCH = 200
WORKER_LOST = "worker_lost"
# What has just been written has its own wake-up under way.
GRACE = timedelta(seconds=5)


def sweep() -> None:
    """Wake the worker for every picture, case and declaration that waits, and settle what a dead worker left half done."""
    now = timezone.now()
    for pk in _ids(Picture.objects.filter(state__in=[PictureState.WAITING, PictureState.READING], leased_until__lte=now - GRACE)):
        send(READ_PICTURE, pk)
    unread = Picture.objects.filter(case=OuterRef("pk"), state__in=[PictureState.WAITING, PictureState.READING])
    linking = Case.objects.filter(~Exists(unread), state=CaseState.LINKING, state_changed_at__lte=now - GRACE)
    for pk in _ids(linking):
        send(LINK_CASE, pk)
    for declaration in Declaration.objects.filter(state=DeclarationState.SENDING, leased_until__lte=now)[:BATCH]:
        recover(declaration, now=now)
    due = Q(state=DeclarationState.READY) | Q(state=DeclarationState.HELD, hold_until__lte=now)
    for pk in _ids(Declaration.objects.filter(due, next_attempt_at__lte=now)):
        send(SEND_DECLARATION, pk)
    # A call that a worker died in is due again when its lease is over: withdrawing twice is withdrawing.
    withdrawing = Declaration.objects.filter(state=DeclarationState.WITHDRAWING, next_attempt_at__lte=now, leased_until__lte=now)
    for pk in _ids(withdrawing):
        send(WITHDRAW_DECLARATION, pk)
    on_its_way = Declaration.objects.filter(cases=OuterRef("pk"), state__in=sorted(ON_ITS_WAY))
    standing = [DeclarationState.ACCEPTED, DeclarationState.WITHDRAWING]
    accepted = Declaration.objects.filter(cases=OuterRef("pk"), state__in=standing)
    unsettled = Q(~Exists(on_its_way), state=CaseState.DECLARING) | Q(~Exists(accepted), state=CaseState.DECLARED)
    for pk in _ids(Case.objects.filter(unsettled)):
        with suppress(Gone), transaction.atomic():
            settle(lock_case(pk))


def _ids(rows: models.QuerySet[Any]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])


def recover(declaration: Declaration, *, now: datetime) -> None:
    """A worker died during this call. An ``api`` server tells repeats apart, so it is sent again; a ``form`` one does not."""
    result = Result.RETRY if declaration.server.kind == ServerKind.API else Result.UNKNOWN
    with transaction.atomic():
        cases = lock_cases_of(declaration)
        try:
            if result == Result.RETRY:
                move_declaration(declaration, DeclarationState.READY, next_attempt_at=now, reason=WORKER_LOST)
            else:
                move_declaration(declaration, DeclarationState.UNKNOWN, reason=WORKER_LOST)
        except SomeoneWasFaster:
            return
        for case in cases:
            note(
                case,
                Entry.SENT,
                by=None,
                declaration=str(declaration.uuid),
                result=result.value,
                reason=WORKER_LOST,
                status=None,
            )
            settle(case)
    logger.warning("declaration recovered", declaration=str(declaration.uuid), state=declaration.state)
