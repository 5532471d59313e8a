"""Issuing, renewing and ending the static code of a venue or of one of its rooms."""

from datetime import datetime

from django.db import transaction

from clea_portal.accounts.models import User
from clea_portal.audit.trail import record_act
from clea_portal.codes.errors import AlreadyRenewed, Archived
from clea_portal.codes.issuing import HOUR, Timing, issue
from clea_portal.protocol.derivation import new_location_secret
from clea_portal.protocol.ntp import from_ntp, to_ntp
from venues.errors import RoomRemoved
from venues.models import Venue, VenueCode, VenueRoom


@transaction.atomic
def issue_code(*, venue: Venue, room: VenueRoom | None = None, by: User, now: datetime) -> VenueCode:
    """A static code under a new SK_L, for a venue or an independent room that has no current one. Raises NoKey.

    Its period starts at the round hour before ``now``: no scan can come before it (CLEA protocol, LSP, t_periodStart).
    It is never for staff: such a code needs an end (CLEA protocol, Rules).
    """
    period_start = to_ntp(now) // HOUR * HOUR
    secret = venue.secrets.create(room=room, sk_l=new_location_secret().hex(), created_at=now)
    timing = Timing(t_period_start=period_start, t_qr_start=period_start)
    issued = issue(place=venue, sk_l=secret.sk_l, timing=timing, at=now)
    code = venue.codes.create(
        room=room,
        secret=secret,
        deep_link=issued.link,
        tracing_key_id=issued.tracing_key,
        created_at=now,
        created_by=by,
        valid_from=from_ntp(period_start),
    )
    record_act(actor=by, verb="issued", on=venue, code=str(code.uuid))
    return code


@transaction.atomic
def issue_missing_code(*, venue: Venue, room: VenueRoom | None = None, by: User, now: datetime) -> VenueCode:
    """The current static code, made now if there is none or it has ended. Raises Archived, RoomRemoved, NoKey."""
    venue = Venue.objects.locked(venue)
    if venue.archived_at is not None:
        raise Archived
    if room is not None and VenueRoom.objects.filter(pk=room.pk, removed_at__isnull=False).exists():
        raise RoomRemoved
    current = VenueCode.objects.of_room(venue, room).static().current().first()
    if current is not None and not current.has_ended(now):
        return current
    if current is not None:
        current.replaced_at = current.valid_until
        current.save(update_fields=["replaced_at"])
    return issue_code(venue=venue, room=room, by=by, now=now)


@transaction.atomic
def renew_code(code: VenueCode, *, by: User, now: datetime) -> VenueCode:
    """A new static code under a new SK_L in place of ``code``, which stays listed as replaced.

    The caller names the code it saw: of two people who renew the same code, the second is told so.
    Raises AlreadyRenewed, Archived, NoKey.
    """
    venue = Venue.objects.with_country().get(pk=code.venue_id)
    if venue.archived_at is not None:
        raise Archived
    if not VenueCode.objects.static().current().filter(pk=code.pk).update(replaced_at=now):
        raise AlreadyRenewed
    record_act(actor=by, verb="replaced", on=venue, code=str(code.uuid))
    return issue_code(venue=venue, room=code.room, by=by, now=now)


@transaction.atomic
def end_code(code: VenueCode, *, at: datetime, by: User, now: datetime) -> None:
    """Take a static code out of use from ``at`` on, at once where that is past: codes of days take its place.

    Raises AlreadyRenewed.
    """
    change = {"replaced_at": now} if at <= now else {"valid_until": max(at, code.valid_from)}
    if not VenueCode.objects.static().current().filter(pk=code.pk).update(**change):
        raise AlreadyRenewed
    record_act(actor=by, verb="ended", on=code.venue, code=str(code.uuid))


@transaction.atomic
def keep_code(code: VenueCode, *, by: User, now: datetime) -> None:
    """Let a static code that was to end go on. Raises AlreadyRenewed where it has ended in the meantime."""
    if not VenueCode.objects.static().current().filter(pk=code.pk, valid_until__gt=now).update(valid_until=None):
        raise AlreadyRenewed
    record_act(actor=by, verb="kept", on=code.venue, code=str(code.uuid))
