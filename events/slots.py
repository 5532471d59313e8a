"""Adding, changing and removing the slots of an event: times of its own for each, with codes of their own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest, Least

from clea_portal.accounts.models import User
from clea_portal.audit.trail import record_act
from clea_portal.codes.errors import Archived
from clea_portal.codes.places import leave_behind, set_fields
from events.codes import Part, issue_codes, locked, replace, shared
from events.errors import EventOver, TooManySlots
from events.models import Event, EventCode, Slot
from events.timing import period_of

MOST_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class SlotDetails:
    """Aware moments; the name may be empty."""

    start: datetime
    end: datetime
    name: str = field(default="", repr=False)


def add_slot(*, event: Event, name: str, start: datetime, end: datetime, by: User, now: datetime) -> Slot:
    """One slot with its codes. Raises as `add_slots`."""
    return add_slots(event=event, slots=[SlotDetails(name=name, start=start, end=end)], by=by, now=now)[0]


@transaction.atomic
def add_slots(*, event: Event, slots: Sequence[SlotDetails], by: User, now: datetime) -> list[Slot]:
    """Slots with their codes, all or none. Codes of the whole event go out of use; its times grow to cover the slots.

    Each slot has its new codes as ``issued``.
    Raises TooManySlots, EventTooLong, EventOver (of a slot), Archived, NoKey, TooManyCodes.
    """
    if len(slots) > MOST_AT_ONCE:
        raise TooManySlots
    for slot in slots:
        period_of(start=slot.start, end=slot.end)
        if slot.end <= now:
            raise EventOver
    event, standing = shared(event.pk)
    if event.archived_at is not None:
        raise Archived
    made = Slot.objects.bulk_create(
        Slot(event=event, name=slot.name, start=slot.start, end=slot.end, created_at=now) for slot in slots
    )
    _cover(event, made)
    in_use = standing.in_use
    if standing.of_whole:
        of_whole = EventCode.objects.filter(event=event, slot=None)
        # In one order, whoever else does the same: others may add the first slots at this moment.
        list(of_whole.current().order_by("pk").select_for_update().values_list("pk"))
        in_use -= replace(of_whole, on=event, by=by, now=now)
    rooms = [None, *(event.rooms.in_use().filter(independent=True) if standing.has_rooms else [])]
    parts = [Part(slot=slot, room=room) for slot in made for room in rooms]
    issued = issue_codes(event=event, parts=parts, by=by, now=now, in_use=in_use)
    for one in made:
        one.issued = [code for code in issued if code.slot_id == one.pk]
    return made


@transaction.atomic
def change_slot(slot: Slot, *, name: str, start: datetime, end: datetime, by: User) -> list[str]:
    """The names of the fields that changed. Its codes stay, and know that they are left behind. Raises EventTooLong."""
    period_of(start=start, end=end)
    event = locked(slot.event_id)
    slot.refresh_from_db(fields=["name", "start", "end"])
    changed = set_fields(slot, name=name, start=start, end=end)
    if changed:
        slot.save(update_fields=changed)
        _cover(event, [slot])
        leave_behind(slot.codes.current(), changed=changed)
        record_act(actor=by, verb="slot_changed", on=event, slot=str(slot.uuid), fields=sorted(changed))
    return changed


@transaction.atomic
def remove_slot(slot: Slot, *, by: User, now: datetime) -> None:
    """Its codes go out of use: they still warn those who scanned them. Removing twice changes nothing."""
    event = locked(slot.event_id)
    if Slot.objects.in_use().filter(pk=slot.pk).update(removed_at=now):
        replace(event.codes.filter(slot=slot), on=event, by=by, now=now)
        record_act(actor=by, verb="slot_removed", on=event, slot=str(slot.uuid))


def _cover(event: Event, slots: Sequence[Slot]) -> None:
    """Let the event begin with its first slot and end with its last one, at the latest."""
    start, end = min(slot.start for slot in slots), max(slot.end for slot in slots)
    if start < event.start or end > event.end:
        # Others may add slots at this moment: neither may undo what the other has moved.
        Event.objects.filter(pk=event.pk).update(start=Least("start", Value(start)), end=Greatest("end", Value(end)))
        event.start, event.end = min(start, event.start), max(end, event.end)
