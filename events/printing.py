"""What of an event is printed: the codes of its slots and rooms, for the entrance and for tickets."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format

from clea_portal.accounts.models import User
from clea_portal.codes.access import find
from clea_portal.codes.printing.subjects import PrintableCode, Subject
from clea_portal.posters.poster import PosterKind
from events.models import Event, EventCode, EventCodeKind, EventRoom, Slot

JOB = "events.bundle"
KINDS = {
    EventCodeKind.ENTRANCE: PosterKind.ENTRANCE,
    EventCodeKind.ASYNCHRONOUS: PosterKind.ASYNCHRONOUS,
    EventCodeKind.STAFF: PosterKind.STAFF,
}


def printable(code: EventCode, *, room: EventRoom | None = None) -> PrintableCode:
    """A code of an event, of its own slot and room, or as it is printed for a ``room`` that shows it too."""
    event, shown = code.event, code.room or room
    part = " · ".join(filter(None, (code.slot.name if code.slot else "", shown.name if shown else "")))
    when = date_format(code.slot.start.astimezone(event.zone), "l j F Y, H:i") if code.slot else ""
    choice = " – ".join(filter(None, (when, part, code.get_kind_display())))
    # Tickets and invitations are not bound to a table.
    tables = () if code.kind == EventCodeKind.ASYNCHRONOUS else (shown.table_labels if shown else event.table_labels)
    return PrintableCode(
        code=code,
        place=event,
        kind=KINDS[EventCodeKind(code.kind)],
        zone=event.zone,
        key=f"{code.uuid}.{room.uuid}" if room else str(code.uuid),
        choice=choice,
        part=part,
        tables=tuple(tables),
    )


def of_event(event: Event, *, slot: Slot | None = None, staff: bool = False) -> Subject:
    """Its current codes, slot by slot, and copies for each room without codes of its own; or those for staff.

    ``slot``: only of that one.
    """
    current = event.codes.current().select_related("slot", "room")
    codes = list(current.filter(slot=slot) if slot else current)
    kinds = [EventCodeKind.STAFF] if staff else [EventCodeKind.ENTRANCE, EventCodeKind.ASYNCHRONOUS]
    codes = [code for code in codes if code.kind in kinds]
    codes.sort(
        key=lambda code: (
            (code.slot.start, code.slot.pk) if code.slot else (event.start, 0),
            kinds.index(EventCodeKind(code.kind)),
            (code.room.position, code.room.pk) if code.room else (-1, 0),
        )
    )
    shared = list(event.rooms.in_use().filter(independent=False))
    printables = []
    for code in codes:
        code.event = event
        printables.append(printable(code))
        if code.room_id is None and code.kind != EventCodeKind.ASYNCHRONOUS:
            printables += [printable(code, room=room) for room in shared]
    return Subject(
        title=event.name,
        printables=tuple(printables),
        organisation=event.organisation,
        job_kind=JOB,
        job_arguments={"event": str(event.uuid), "slot": str(slot.uuid) if slot else "", "staff": staff},
        back_to=reverse("events:slot", args=[slot.uuid]) if slot else reverse("events:detail", args=[event.uuid]),
        staff=staff,
        has_bundle=not staff,
    )


def find_again(arguments: dict[str, Any], *, user: User) -> Subject:
    """The subject that a job was ordered for, if the person may still see it. Raises Http404."""
    event = find(Event.objects.with_country(), user=user, uuid=UUID(arguments["event"]))
    slot = find(Slot.objects.in_use(), user=user, uuid=UUID(arguments["slot"])) if arguments["slot"] else None
    return of_event(event, slot=slot, staff=arguments["staff"])
