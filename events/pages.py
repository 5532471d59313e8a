"""What pages of events and slots show of codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils.dateformat import format as date_format

from clea_portal.codes.facts import in_words
from events.daily_slots import proposals
from events.models import Event, EventCode, EventCodeKind, EventRoom, Slot
from events.state import EventState, hours_of, state_of

SLOTS_PER_PAGE = 50
MOST_REPLACED = 50
VISITORS = (EventCodeKind.ENTRANCE, EventCodeKind.ASYNCHRONOUS)


@dataclass(frozen=True, kw_only=True)
class SlotRow:
    """``code``: its entrance code for everywhere; ``day`` and ``hours``: from when to when, in the event's zone."""

    slot: Slot
    day: date
    hours: str
    code: EventCode | None
    state: EventState


def slot_page(request: HttpRequest, event: Event, *, now: datetime) -> "Page[Slot]":
    """The page asked for, or the one with the first slot that is not over."""
    slots = event.slots.in_use()
    number = request.GET.get("page")
    if number is None:
        number = str(slots.filter(end__lte=now).count() // SLOTS_PER_PAGE + 1)
    return Paginator(slots, SLOTS_PER_PAGE).get_page(number)


def slot_rows(event: Event, slots: Sequence[Slot], *, now: datetime) -> list[SlotRow]:
    if not slots:
        return []
    codes = event.codes.current().filter(slot__in=slots)
    entrances = {code.slot_id: code for code in codes.filter(room=None, kind=EventCodeKind.ENTRANCE)}
    behind = set(codes.left_behind(now).values_list("slot", flat=True))
    return [
        SlotRow(
            slot=slot,
            day=slot.start.astimezone(event.zone).date(),
            hours=hours_of(slot, event.zone),
            code=entrances.get(slot.pk),
            state=state_of(slot, has_codes=slot.pk in entrances, left_behind=slot.pk in behind, now=now),
        )
        for slot in slots
    ]


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to divide an event into daily slots: ``name`` of `daily_slots.proposals`, how many, and the hours of the first."""

    name: str
    number: int
    opens: str
    closes: str


def ways_of(event: Event) -> list[Way]:
    return [
        Way(
            name=name,
            number=len(slots),
            opens=date_format(slots[0].start.astimezone(event.zone), "H:i"),
            closes=date_format(slots[0].end.astimezone(event.zone), "H:i"),
        )
        for name, slots in proposals(event).items()
    ]


def chosen_room(request: HttpRequest, event: Event) -> tuple[list[EventRoom], EventRoom | None]:
    """The rooms with codes of their own, and the one of ``?room=``. Raises Http404 for one that is not there."""
    rooms = list(event.rooms.in_use().filter(independent=True))
    wanted = request.GET.get("room")
    if not wanted:
        return rooms, None
    for room in rooms:
        if str(room.uuid) == wanted:
            return rooms, room
    raise Http404


def codes_context(request: HttpRequest, event: Event, slot: Slot | None, *, now: datetime) -> dict[str, Any]:
    """Both codes of the whole event or a slot, everywhere or in the room of ``?room=``, and what they replaced."""
    rooms, room = chosen_room(request, event)
    shown = event.codes.filter(slot=slot, room=room)
    current = list(shown.current().filter(kind__in=VISITORS).order_by("-kind"))
    gone = Q(slot=slot) if slot else Q(slot=None) | Q(slot__removed_at__isnull=False)
    replaced = event.codes.filter(gone, replaced_at__isnull=False).select_related("slot", "room")
    behind = list(event.codes.left_behind(now).filter(slot=slot).values_list("edited_since", flat=True))
    return {
        "rooms": rooms,
        "room": room,
        "codes": current,
        "edited": in_words({name for names in behind for name in names}),
        "replaced": list(replaced.order_by("-replaced_at", "-pk")[:MOST_REPLACED]),
        "state": state_of(slot or event, has_codes=bool(current), left_behind=bool(behind), now=now),
    }
