"""Issuing and renewing the codes of an event: of the whole of it or of each slot, in each room with codes of its own.

A verb that changes what codes say or which there are has the event to itself (`locked`). Those that only add slots share it
(`shared`): tickets that are sold at the same moment do not wait for one another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from clea_portal.accounts.models import User
from clea_portal.audit.trail import record_act
from clea_portal.authorities.enums import AsynchronousStyle
from clea_portal.codes.errors import AlreadyRenewed, Archived
from clea_portal.codes.issuing import Timing, issue_all
from clea_portal.codes.periods import Period
from clea_portal.protocol.derivation import new_location_secret
from clea_portal.protocol.ntp import to_ntp
from clea_portal.protocol.values import HOUR
from events.errors import EventOver, TooManyCodes
from events.models import Event, EventCode, EventCodeKind, EventCodeQuerySet, EventRoom, EventSecret, Slot
from events.timing import asynchronous_timing, fits_one_period, period_of, synchronous_timing

# As many as are made within about a second.
MOST_CODES = 2_000
Draft = tuple[EventCode, Timing]
# What adding slots reads, in one statement that is put together once: codes in use, those of the whole event among them, and
# whether there are rooms with codes of their own.
_STANDING = """
    SELECT (SELECT COUNT(*) FROM events_eventcode WHERE event_id = %s AND replaced_at IS NULL),
           (SELECT COUNT(*) FROM events_eventcode WHERE event_id = %s AND replaced_at IS NULL AND slot_id IS NULL),
           EXISTS (SELECT 1 FROM events_eventroom WHERE event_id = %s AND removed_at IS NULL AND independent)
"""
# Never evaluated itself.
_TO_ISSUE = Event.objects.select_related("venue_type", "region__country").only(
    *("uuid", "organisation", "archived_at", "start", "end", "has_staff_codes"),
    *("venue_type__number", "venue_category1", "venue_category2", "phone", "pin", "region__number"),
    *(f"region__country__{name}" for name in ("code", "prefix", "issues_codes", "deployment", "asynchronous_style")),
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one LTId stands for: the whole event or one of its slots, everywhere or in one independent room."""

    slot: Slot | None = None
    room: EventRoom | None = None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How many codes of an event are in use, how many of them are of the whole event, and whether rooms have their own."""

    in_use: int
    of_whole: int
    has_rooms: bool


def parts_of(event: Event, *, now: datetime) -> list[Part]:
    """What of the event has codes: each slot that is not over, or else the whole event if one period covers it."""
    slots: list[Slot | None] = [slot for slot in event.slots.in_use() if slot.end > now]
    if not slots and event.end > now and fits_one_period(start=event.start, end=event.end) and not event.slots.in_use().exists():
        slots = [None]
    rooms = [None, *event.rooms.in_use().filter(independent=True)] if slots else []
    return [Part(slot=slot, room=room) for slot in slots for room in rooms]


def locked(event_id: int) -> Event:
    """The event as it is now; nobody else changes it until the transaction ends."""
    return Event.objects.with_country().select_for_update(of=("self",)).get(pk=event_id)


def shared(event_id: int) -> tuple[Event, Standing]:
    """The event as it is now; nobody changes it until the transaction ends, but others may share it.

    Sellers ask for a code a hundred times a second: only what codes are made of is read.
    """
    with connection.cursor() as cursor:
        if connection.features.has_select_for_update:
            # PostgreSQL's; Django knows only locks that keep everybody out.
            cursor.execute("SELECT 1 FROM events_event WHERE id = %s FOR KEY SHARE", [event_id])
        # Only now: a statement that waits for its lock would tell what was true before.
        cursor.execute(_STANDING, [event_id] * 3)
        in_use, of_whole, has_rooms = cursor.fetchone()
    return _TO_ISSUE.get(pk=event_id), Standing(in_use=in_use, of_whole=of_whole, has_rooms=bool(has_rooms))


def issue_codes(*, event: Event, parts: Sequence[Part], by: User, now: datetime, in_use: int | None = None) -> list[EventCode]:
    """Codes of each kind for each part, under one new SK_L and with one period, hence one LTId: who scanned either is warned.

    ``in_use``: how many codes the event has already, where the caller has counted them.
    Within the transaction of the caller. Raises NoKey, EventTooLong, TooManyCodes.
    """
    secrets = EventSecret.objects.bulk_create(
        EventSecret(event=event, slot=part.slot, room=part.room, sk_l=new_location_secret().hex(), created_at=now)
        for part in parts
    )
    drafts = [draft for secret in secrets for draft in _drafts(event, secret)]
    return _keep(event, drafts, by=by, now=now, in_use=in_use)


@transaction.atomic
def complete_codes(event_id: int, *, by: User, now: datetime) -> list[EventCode]:
    """Whatever code is missing, of a new room, of staff: beside the codes that are in use, under their SK_L and period.

    Raises Archived, NoKey, EventTooLong, TooManyCodes.
    """
    event = locked(event_id)
    if event.archived_at is not None:
        raise Archived
    in_use: dict[tuple[int | None, int | None], list[EventCode]] = {}
    for code in event.codes.current().select_related("secret"):
        in_use.setdefault((code.slot_id, code.room_id), []).append(code)
    new: list[Part] = []
    staff: list[Draft] = []
    for part in parts_of(event, now=now):
        there = in_use.get((part.slot.pk if part.slot else None, part.room.pk if part.room else None))
        if there is None:
            new.append(part)
            continue
        if event.has_staff_codes and EventCodeKind.STAFF not in {code.kind for code in there}:
            staff += [_for_staff(code) for code in there if code.kind == EventCodeKind.ENTRANCE]
    made = _keep(event, staff, by=by, now=now) if staff else []
    return made + (issue_codes(event=event, parts=new, by=by, now=now) if new else [])


@transaction.atomic
def renew_codes(code: EventCode, *, by: User, now: datetime) -> list[EventCode]:
    """New codes of all kinds under a new SK_L, in place of ``code`` and its siblings: of one slot, in one room.

    The caller names a code that it saw: of two people who renew the same codes, the second is told so.
    Raises AlreadyRenewed, Archived, EventOver, EventTooLong, NoKey.
    """
    event = locked(code.event_id)
    if event.archived_at is not None:
        raise Archived
    slot = event.slots.get(pk=code.slot_id) if code.slot_id else None
    if (slot or event).end <= now:
        raise EventOver
    if not EventCode.objects.current().filter(event=event, secret=code.secret_id).update(replaced_at=now):
        raise AlreadyRenewed
    room = event.rooms.get(pk=code.room_id) if code.room_id else None
    record_act(actor=by, verb="replaced", on=event, code=str(code.uuid))
    return issue_codes(event=event, parts=[Part(slot=slot, room=room)], by=by, now=now)


@transaction.atomic
def renew_left_behind(event_id: int, *, by: User, now: datetime) -> list[EventCode]:
    """New codes for every part whose codes carry old details, in one go: none if there is nothing to renew.

    Raises Archived, EventTooLong, NoKey.
    """
    event = locked(event_id)
    if event.archived_at is not None:
        raise Archived
    behind = event.codes.left_behind(now).values("secret")
    secrets = list(event.secrets.filter(pk__in=behind).select_related("slot", "room").order_by("slot__start", "pk"))
    replace(event.codes.filter(secret__in=secrets), on=event, by=by, now=now)
    parts = [Part(slot=secret.slot, room=secret.room) for secret in secrets]
    return issue_codes(event=event, parts=parts, by=by, now=now) if parts else []


@transaction.atomic
def set_staff_codes(event_id: int, *, wanted: bool, by: User, now: datetime) -> None:
    """Have a code for staff beside each entrance code, or take those out of use. Raises as `complete_codes`."""
    event = locked(event_id)
    if event.has_staff_codes == wanted:
        return
    event.has_staff_codes = wanted
    event.save(update_fields=["has_staff_codes"])
    if wanted:
        complete_codes(event.pk, by=by, now=now)
    else:
        replace(event.codes.filter(kind=EventCodeKind.STAFF), on=event, by=by, now=now)


def replace(codes: EventCodeQuerySet, *, on: Event, by: User, now: datetime) -> int:
    """Take the current ones of ``codes`` out of use; how many."""
    number = codes.current().update(replaced_at=now)
    if number:
        record_act(actor=by, verb="replaced", on=on, number=number)
    return number


def _drafts(event: Event, secret: EventSecret) -> Iterator[Draft]:
    """The codes of one secret, still without their links."""
    times = secret.slot or event
    period = period_of(start=times.start, end=times.end)
    style = AsynchronousStyle(event.country.asynchronous_style)

    def draft(kind: EventCodeKind, start: datetime, end: datetime) -> EventCode:
        return EventCode(
            kind=kind, event=event, slot=secret.slot, room=secret.room, secret=secret, valid_from=start, valid_until=end
        )

    yield draft(EventCodeKind.ENTRANCE, period.start, period.end), synchronous_timing(period)
    yield (
        draft(EventCodeKind.ASYNCHRONOUS, times.start, times.end),
        asynchronous_timing(start=times.start, end=times.end, style=style),
    )
    if event.has_staff_codes:
        yield draft(EventCodeKind.STAFF, period.start, period.end), synchronous_timing(period, staff=True)


def _for_staff(entrance: EventCode) -> Draft:
    """A code beside one that is in use, with its period, whatever has been edited since: else their LTIds would differ."""
    start, end = entrance.valid_from, entrance.valid_until or entrance.valid_from
    period = Period(t_period_start=to_ntp(start), hours=(to_ntp(end) - to_ntp(start)) // HOUR)
    code = EventCode(
        kind=EventCodeKind.STAFF,
        event_id=entrance.event_id,
        slot_id=entrance.slot_id,
        room_id=entrance.room_id,
        secret=entrance.secret,
        valid_from=start,
        valid_until=end,
        edited_since=entrance.edited_since,
    )
    return code, synchronous_timing(period, staff=True)


def _keep(event: Event, drafts: Sequence[Draft], *, by: User, now: datetime, in_use: int | None = None) -> list[EventCode]:
    already = event.codes.current().count() if in_use is None else in_use
    if already + len(drafts) > MOST_CODES:
        raise TooManyCodes
    issued = issue_all(place=event, wanted=[(code.secret.sk_l, timing) for code, timing in drafts], at=now)
    for (code, _), link in zip(drafts, issued.links, strict=True):
        code.deep_link, code.tracing_key_id, code.created_at, code.created_by = link, issued.tracing_key, now, by
    codes = EventCode.objects.bulk_create(code for code, _ in drafts)
    record_act(actor=by, verb="issued", on=event, codes=[str(code.uuid) for code in codes])
    return codes
