"""Issuing and renewing the two codes of an event: one for the entrance, one for invitations and tickets."""

from datetime import datetime

from django.db import transaction

from clea_portal.accounts.models import User
from clea_portal.audit.trail import record_act
from clea_portal.authorities.enums import AsynchronousStyle
from clea_portal.codes.errors import AlreadyRenewed, Archived
from clea_portal.codes.issuing import Timing, issue
from clea_portal.protocol.derivation import new_location_secret
from events.errors import EventOver
from events.models import Event, EventCode, EventCodeKind
from events.timing import asynchronous_timing, entrance_timing, period_of


@transaction.atomic
def issue_codes(*, event: Event, by: User, now: datetime) -> list[EventCode]:
    """Both codes under one new SK_L and with one period, hence one LTId: who scanned either is warned.

    Raises NoKey, EventTooLong.
    """
    style = AsynchronousStyle(event.country.asynchronous_style)
    period = period_of(start=event.start, end=event.end)
    wanted: list[tuple[EventCodeKind, Timing, datetime, datetime]] = [
        (EventCodeKind.ENTRANCE, entrance_timing(start=event.start, end=event.end), period.start, period.end),
        (
            EventCodeKind.ASYNCHRONOUS,
            asynchronous_timing(start=event.start, end=event.end, style=style),
            event.start,
            event.end,
        ),
    ]
    secret = event.secrets.create(sk_l=new_location_secret().hex(), created_at=now)
    codes = [
        event.codes.create(
            kind=kind,
            secret=secret,
            deep_link=issue(place=event, sk_l=secret.sk_l, timing=timing, at=now),
            created_at=now,
            created_by=by,
            valid_from=valid_from,
            valid_until=valid_until,
        )
        for kind, timing, valid_from, valid_until in wanted
    ]
    record_act(actor=by, verb="issued", on=event, codes=[str(code.uuid) for code in codes])
    return codes


@transaction.atomic
def renew_codes(code: EventCode, *, by: User, now: datetime) -> list[EventCode]:
    """New codes of both kinds under a new SK_L, in place of ``code`` and its sibling.

    The caller names a code that it saw: of two people who renew the same codes, the second is told so.
    Raises AlreadyRenewed, Archived, EventOver, NoKey.
    """
    event = Event.objects.with_country().get(pk=code.event_id)
    if event.archived_at is not None:
        raise Archived
    if event.end <= now:
        raise EventOver
    if not EventCode.objects.current().filter(event=event, secret=code.secret_id).update(replaced_at=now):
        raise AlreadyRenewed
    record_act(actor=by, verb="replaced", on=event, code=str(code.uuid))
    return issue_codes(event=event, by=by, now=now)
