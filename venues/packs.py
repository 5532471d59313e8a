"""Day packs: one dated code a day or service for a range of days, and one for staff where they are asked for."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clea_portal.accounts.models import User
from clea_portal.audit.trail import record_act
from clea_portal.codes.errors import Archived
from clea_portal.codes.issuing import Issued, issue_all
from clea_portal.codes.periods import Period
from venues.codes import end_code
from venues.errors import BadRange, NoRotation, RoomRemoved
from venues.models import DayPack, Rotation, Venue, VenueCode, VenueCodeKind, VenueCodeQuerySet, VenueRoom, showing_own_codes
from venues.rotations import Turn, dated_timing, turns

MOST_DAYS = 366
# Two services a day for a year; as many pages make one file.
MOST_PERIODS = 2 * MOST_DAYS
# Keys and rules change: nobody should print further ahead than next year.
FURTHEST_AHEAD = timedelta(days=2 * 366)
# What is left of a period when a change takes over at another hour: shorter, it is no service that needs a sheet of its own.
SHORTEST_REMAINDER_HOURS = 3
# Where a zone is off the round hours, periods start up to this much before the local hour (clea_portal.codes.periods).
_MOST_ROUNDED = timedelta(minutes=30)


@transaction.atomic
def make_pack(
    *,
    venue: Venue,
    room: VenueRoom | None = None,
    first_day: date,
    last_day: date,
    with_staff: bool = False,
    end_static: bool = False,
    by: User,
    now: datetime,
) -> DayPack:
    """Codes for the local days from ``first_day`` to ``last_day``, both included, by the rotation in force on each of them.

    Days that another pack covers share its codes: no day has two. ``end_static``: the static code of the same place goes out of
    use when the first of them starts. Raises Archived, RoomRemoved, NoRotation, BadRange, NoKey; then nothing is made.
    """
    venue = Venue.objects.locked(venue)
    if venue.archived_at is not None:
        raise Archived
    if room is not None and VenueRoom.objects.filter(pk=room.pk, removed_at__isnull=False).exists():
        raise RoomRemoved
    planned = plan(venue=venue, room=room, first_day=first_day, last_day=last_day, now=now)
    pack = DayPack.objects.create(
        venue=venue,
        room=showing_own_codes(room),
        rotation=planned[-1].rotation,
        first_day=first_day,
        last_day=last_day,
        with_staff=with_staff,
        created_at=now,
        created_by=by,
    )
    made = _fill(pack, planned, by=by, now=now)
    record_act(actor=by, verb="pack_made", on=venue, pack=str(pack.uuid), issued=made)
    if end_static:
        for code in VenueCode.objects.of_room(venue, room).static().current().ending_after(planned[0].period.start):
            end_code(code, at=planned[0].period.start, by=by, now=now)
    return pack


def plan(*, venue: Venue, room: VenueRoom | None, first_day: date, last_day: date, now: datetime) -> list[Turn]:
    """The periods that a pack of these days has codes for, in order, without those that are over. Raises NoRotation, BadRange."""
    last = Rotation.objects.of_room(venue, room).current().first()
    if last is None:
        raise NoRotation
    _check_range(first_day, last_day, today=now.astimezone(last.zone).date())
    margin = timedelta(days=2)
    start = datetime.combine(first_day, datetime.min.time(), tzinfo=last.zone) - margin
    end = datetime.combine(last_day, datetime.min.time(), tzinfo=last.zone) + margin
    planned = [
        turn
        for turn in turns(venue=venue, room=room, start=max(start, now), end=end)
        if _touches(turn, first_day, last_day) and not (turn.is_cut and turn.period.hours < SHORTEST_REMAINDER_HOURS)
    ]
    if not planned:
        raise BadRange(_("These days are over: choose days from today on."))
    if len(planned) > MOST_PERIODS:
        raise BadRange(_("This makes more than %(number)s codes: choose fewer days.") % {"number": MOST_PERIODS})
    return planned


def day_of(period: Period, zone: ZoneInfo) -> date:
    """The local day that a period belongs to: that of the hour at which it was meant to start."""
    return (period.start + _MOST_ROUNDED).astimezone(zone).date()


def codes_of(pack: DayPack) -> VenueCodeQuerySet:
    """Its codes in the order of their days, those for staff after the others of a period, replaced ones included."""
    return VenueCode.objects.filter(packs=pack).with_venue().order_by("valid_from", "kind", "-created_at")


def printable_codes(pack: DayPack, *, now: datetime, staff: bool = False) -> VenueCodeQuerySet:
    """What is printed of a pack, in order: not replaced, not over; those for staff only when they are asked for."""
    kind = VenueCodeKind.STAFF if staff else VenueCodeKind.DATED
    return codes_of(pack).current().ending_after(now).filter(kind=kind)


@transaction.atomic
def refresh_pack(pack: DayPack, *, by: User, now: datetime) -> int:
    """Make the coming codes of a pack again that were replaced, or that carry details edited since: how many.

    Where rotation and secret are the same, the LTId and the check code are too. A code that is running stays; a pack that was
    withdrawn stays so.
    Raises Archived, RoomRemoved, NoRotation, BadRange, NoKey.
    """
    venue = Venue.objects.locked(pack.venue)
    if venue.archived_at is not None:
        raise Archived
    if pack.room is not None and VenueRoom.objects.filter(pk=pack.room.pk, removed_at__isnull=False).exists():
        raise RoomRemoved
    if DayPack.objects.filter(pk=pack.pk, withdrawn_at__isnull=False).exists():
        return 0
    today = now.astimezone(pack.rotation.zone).date()
    planned = plan(venue=venue, room=pack.room, first_day=max(pack.first_day, today), last_day=pack.last_day, now=now)
    VenueCode.objects.filter(packs=pack, valid_from__gt=now).current().exclude(edited_since=[]).update(replaced_at=now)
    pack.codes.remove(*codes_of(pack).filter(replaced_at__isnull=False, valid_from__gt=now).defer("deep_link"))
    pack.rotation = planned[-1].rotation
    pack.save(update_fields=["rotation"])
    made = _fill(pack, planned, by=by, now=now)
    record_act(actor=by, verb="pack_made", on=venue, pack=str(pack.uuid), issued=made)
    return made


@transaction.atomic
def withdraw_pack(pack: DayPack, *, by: User, now: datetime) -> None:
    """Its codes that are not over are replaced, but those that another pack shares. Withdrawing twice changes nothing."""
    venue = Venue.objects.locked(pack.venue)
    if not DayPack.objects.in_use().filter(pk=pack.pk).update(withdrawn_at=now):
        return
    shared = DayPack.objects.in_use().filter(codes=OuterRef("pk"))
    left = VenueCode.objects.filter(packs=pack).current().ending_after(now)
    left.filter(~Exists(shared)).update(replaced_at=now)
    record_act(actor=by, verb="pack_withdrawn", on=venue, pack=str(pack.uuid))


def _fill(pack: DayPack, planned: Sequence[Turn], *, by: User, now: datetime) -> int:
    """Put the code of each period into the pack, and make those that are not there yet: how many."""
    venue = Venue.objects.with_country().get(pk=pack.venue_id)
    kinds = [VenueCodeKind.DATED, *([VenueCodeKind.STAFF] if pack.with_staff else [])]
    existing = VenueCode.objects.of_room(venue, pack.room).current().dated().filter(valid_from__gte=planned[0].period.start)
    there = {(code.kind, code.valid_from): code for code in existing.defer("deep_link")}
    missing = [(turn, kind) for turn in planned for kind in kinds if (kind, turn.period.start) not in there]
    wanted = [(turn.rotation.secret.sk_l, dated_timing(turn, staff=kind == VenueCodeKind.STAFF)) for turn, kind in missing]
    issued = issue_all(place=venue, wanted=wanted, at=now) if wanted else Issued(links=[], tracing_key=None)
    new = VenueCode.objects.bulk_create(
        VenueCode(
            kind=kind,
            venue=venue,
            room=pack.room,
            secret_id=turn.rotation.secret_id,
            deep_link=link,
            tracing_key_id=issued.tracing_key,
            created_at=now,
            created_by=by,
            valid_from=turn.period.start,
            valid_until=turn.period.end,
        )
        for (turn, kind), link in zip(missing, issued.links, strict=True)
    )
    periods = {turn.period.start for turn in planned}
    shared = [code for (kind, start), code in there.items() if kind in kinds and start in periods]
    pack.codes.add(*new, *shared)
    return len(new)


def _check_range(first_day: date, last_day: date, *, today: date) -> None:
    if last_day < first_day:
        raise BadRange(_("The last day must not be before the first."))
    if (last_day - first_day).days >= MOST_DAYS:
        raise BadRange(_("A pack has at most %(days)s days: make another one for the rest.") % {"days": MOST_DAYS})
    # The code of last night may still be running.
    if first_day < today - timedelta(days=1):
        raise BadRange(_("These days are over: choose days from today on."))
    if last_day > today + FURTHEST_AHEAD:
        furthest = date_format(today + FURTHEST_AHEAD, "j F Y")
        raise BadRange(_("This is too far ahead: choose days until %(day)s.") % {"day": furthest})


def _touches(turn: Turn, first_day: date, last_day: date) -> bool:
    """Whether the days of a period, at least the one on which it starts, are among those asked for."""
    zone = turn.rotation.zone
    start = day_of(turn.period, zone)
    after = max((turn.period.end + _MOST_ROUNDED).astimezone(zone).date(), start + timedelta(days=1))
    return start <= last_day and after > first_day
