"""Sends declarations: claim by conditional update, no lock and no transaction during HTTP, record the answer."""

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from clea_portal.authorities.credentials import credentials_of
from clea_portal.authorities.enums import ServerKind
from clea_portal.cluster_server.api import declare_by_api
from clea_portal.cluster_server.form import declare_by_form
from clea_portal.cluster_server.outcomes import Outcome, Reason, Result
from clea_portal.protocol.errors import BadKey
from clea_portal.protocol.links import parse_link
from mct.enums import DeclarationState, Entry
from mct.models import Declaration
from mct.moves import SomeoneWasFaster, lock_cases_of, move_declaration, note, settle
from mct.server_health import note_call
from mct.waking import WATCH_SERVER, wake

logger = structlog.get_logger(__name__)

LONGEST_PAUSE = timedelta(minutes=15)


def lease() -> timedelta:
    """How long a claim lasts: longer than any call can take, so that a claim that has run out means a dead worker."""
    return timedelta(seconds=settings.CLUSTER_SERVER_TIMEOUT * 2 + 5)


def send_declaration(declaration_id: int) -> None:
    """Send one declaration that is due. Safe to run twice, and in several workers at once: one claims it."""
    now = timezone.now()
    Declaration.objects.filter(pk=declaration_id, state=DeclarationState.HELD, hold_until__lte=now).update(
        state=DeclarationState.READY
    )
    claimed = Declaration.objects.filter(pk=declaration_id, state=DeclarationState.READY, next_attempt_at__lte=now).update(
        state=DeclarationState.SENDING, leased_until=now + lease(), attempts=F("attempts") + 1
    )
    if not claimed:
        return
    declaration = Declaration.objects.select_related("server__country").get(pk=declaration_id)
    outcome = _call(declaration, now=now)
    logger.info(
        "declaration sent",
        declaration=str(declaration.uuid),
        attempt=declaration.attempts,
        result=outcome.result,
        reason=outcome.reason,
        status=outcome.status,
    )
    record(declaration, outcome)
    note_call(declaration.server_id, outcome)


def _call(declaration: Declaration, *, now: datetime) -> Outcome:
    server = declaration.server
    try:
        credentials = credentials_of(server, now=now)
    except BadKey:
        return Outcome(result=Result.REFUSED, reason=Reason.NOT_AUTHORISED)
    if server.kind == ServerKind.FORM:
        assert declaration.instant is not None
        return declare_by_form(
            base_url=server.base_url,
            deep_link=declaration.deep_link,
            instant=declaration.instant.astimezone(ZoneInfo(server.country.time_zone)),
            timeout=settings.CLUSTER_SERVER_TIMEOUT,
            allow_private=settings.ALLOW_PRIVATE_CLUSTER_SERVERS,
            credentials=credentials,
        )
    return declare_by_api(
        base_url=server.base_url,
        uuid=declaration.uuid,
        lsp=parse_link(declaration.deep_link).lsp,
        start=declaration.start,
        end=declaration.end,
        credentials=credentials,
        timeout=settings.CLUSTER_SERVER_TIMEOUT,
        allow_private=settings.ALLOW_PRIVATE_CLUSTER_SERVERS,
    )


def record(declaration: Declaration, outcome: Outcome) -> None:
    """Write down what a call came to, on the declaration and on every case that shares it.

    A claim that ran out during the call is marked unknown meanwhile: an answer that still comes settles it.
    """
    now = timezone.now()
    changes = {"reason": outcome.reason, "detail": outcome.detail[:300], "status_code": outcome.status}
    with transaction.atomic():
        cases = lock_cases_of(declaration)
        declaration.state = Declaration.objects.filter(pk=declaration.pk).values_list("state", flat=True).get()
        if declaration.state not in (DeclarationState.SENDING, DeclarationState.UNKNOWN):
            return
        try:
            match outcome.result:
                case Result.ACCEPTED:
                    move_declaration(declaration, DeclarationState.ACCEPTED, accepted_at=now, **changes)
                    wake(WATCH_SERVER, declaration.server_id)
                case Result.REFUSED:
                    move_declaration(declaration, DeclarationState.REFUSED, **changes)
                case Result.RETRY:
                    pause = backoff(declaration.attempts, outcome.retry_after)
                    move_declaration(declaration, DeclarationState.READY, next_attempt_at=now + pause, **changes)
                case Result.UNKNOWN if declaration.state != DeclarationState.UNKNOWN:
                    move_declaration(declaration, DeclarationState.UNKNOWN, **changes)
        except SomeoneWasFaster:
            return
        for case in cases:
            note(
                case,
                Entry.SENT,
                by=None,
                declaration=str(declaration.uuid),
                result=outcome.result.value,
                reason=outcome.reason,
                status=outcome.status,
            )
            settle(case)


def backoff(attempts: int, retry_after: float | None) -> timedelta:
    """How long to wait after this many attempts: doubling from a second, with jitter, never under what the server asked for."""
    # A server that stays away for weeks makes numbers that no float holds.
    seconds = min(2.0 ** min(attempts - 1, 30), LONGEST_PAUSE.total_seconds())
    seconds *= random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, hides nothing
    return timedelta(seconds=max(seconds, retry_after or 0))
