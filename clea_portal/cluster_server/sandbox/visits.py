"""Takes phones' reports in: counts visits by place and hour, and makes a cluster of what enough people report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from clea_portal.cluster_server.exposure import Span
from clea_portal.cluster_server.sandbox import options
from clea_portal.cluster_server.sandbox.authentication import LEEWAY
from clea_portal.cluster_server.sandbox.checks import RefusedError, hours_of_span, open_code
from clea_portal.cluster_server.sandbox.keys import server_key
from clea_portal.cluster_server.sandbox.models import Declaration, Kind
from clea_portal.cluster_server.sandbox.visit_models import UsedToken, VisitCount
from clea_portal.protocol.errors import ProtocolError
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.ntp import from_ntp

HOUR = timedelta(hours=1)
# What is older warns nobody: phones have forgotten it.
HORIZON = timedelta(days=14)


class TokenUsedError(Exception):
    """The token has let another report in."""


@dataclass(frozen=True)
class Visit:
    """A place in one hour. ``span``: what of the hour lies within the code's period."""

    ltid: UUID
    hour: datetime
    span: Span


def report(*, jti: str, expires_at: datetime, digest: str, visits: Iterable[Mapping[str, Any]], now: datetime) -> str:
    """Count what of the report holds; the answer in words. The same report again is answered alike and counts once.

    Raises TokenUsedError for another one with the same token.
    """
    given = list(visits)
    read = [visit for each in given if (visit := read_visit(each["qrCode"], each["qrCodeScanTime"], now=now))]
    message = f"{len(read)}/{len(given)} accepted visits"
    try:
        with transaction.atomic():
            UsedToken.objects.filter(expires_at__lt=now - timedelta(seconds=LEEWAY)).delete()
            UsedToken.objects.create(jti=jti, digest=digest, message=message, expires_at=expires_at)
            # One report is one person, however often that person scanned.
            for visit in {(visit.ltid, visit.hour): visit for visit in read}.values():
                count(visit, now=now)
    except IntegrityError:
        before = UsedToken.objects.filter(jti=jti).first()
        if before is None or before.digest != digest:
            raise TokenUsedError from None
        return before.message
    return message


def read_visit(qr_code: str, scan_time: int, *, now: datetime) -> Visit | None:
    """Where and when a phone was, or None for what cannot be: a code that does not open, another time than its own."""
    try:
        code = open_code(parse_link(qr_code).lsp, server_key())
        at = from_ntp(scan_time if code.header.t_event is None else code.header.t_event)
        if at < now - HORIZON:
            return None
        # Not as the hours of a cluster: only to see that the code counted at that moment.
        hours_of_span(code, at, at + timedelta(microseconds=1), now=now)
        start, end = code.period
    except (ProtocolError, RefusedError):
        return None
    hour = at.replace(minute=0, second=0, microsecond=0)
    return Visit(code.header.ltid, hour, (max(hour, start), min(hour + HOUR, end or hour + HOUR)))


def count(visit: Visit, *, now: datetime) -> None:
    """In the caller's transaction, which on this database no other one runs beside."""
    VisitCount.objects.get_or_create(ltid=visit.ltid, hour=visit.hour)
    VisitCount.objects.filter(ltid=visit.ltid, hour=visit.hour).update(count=F("count") + 1)
    people = VisitCount.objects.get(ltid=visit.ltid, hour=visit.hour).count
    if people >= options.current().threshold:
        qualify(visit, people=people, now=now)


def qualify(visit: Visit, *, people: int, now: datetime) -> None:
    """Enough people were there in that hour: a cluster, as one that was declared by hand."""
    start, end = visit.span
    same = Declaration.objects.filter(kind=Kind.VISITS, ltid=visit.ltid, start=start)
    if not same.update(count=people, calls=F("calls") + 1):
        Declaration.objects.create(
            kind=Kind.VISITS, ltid=visit.ltid, start=start, end=end, count=people, received_at=now, changed_at=now
        )
