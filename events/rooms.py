"""The rooms of an event, and the tables of each."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max

from clea_portal.accounts.models import User
from clea_portal.audit.trail import record_act
from clea_portal.codes.errors import Archived
from events.codes import complete_codes, locked, replace
from events.errors import TooManyRooms
from events.models import Event, EventRoom

MOST_ROOMS = 100


@transaction.atomic
def add_rooms(*, event: Event, names: Sequence[str], independent: bool, by: User, now: datetime) -> list[EventRoom]:
    """Rooms with these names, after those that are there. An independent one gets its codes at once, for each slot.

    Raises Archived, TooManyRooms, TooManyCodes, NoKey; then none is added.
    """
    event = locked(event.pk)
    if event.archived_at is not None:
        raise Archived
    there = event.rooms.in_use().aggregate(number=Count("pk"), last=Max("position", default=-1))
    if there["number"] + len(names) > MOST_ROOMS:
        raise TooManyRooms
    rooms = EventRoom.objects.bulk_create(
        EventRoom(event=event, name=name, independent=independent, position=position, created_at=now)
        for position, name in enumerate(names, start=there["last"] + 1)
    )
    record_act(actor=by, verb="rooms_added", on=event, rooms=[str(room.uuid) for room in rooms])
    if independent:
        complete_codes(event.pk, by=by, now=now)
    return rooms


@transaction.atomic
def rename_room(room: EventRoom, *, name: str, by: User) -> None:
    """Codes carry no name: posters printed from now on do."""
    if room.name != name:
        room.name = name
        room.save(update_fields=["name"])
        record_act(actor=by, verb="room_renamed", on=room.event, room=str(room.uuid))


@transaction.atomic
def remove_room(room: EventRoom, *, by: User, now: datetime) -> None:
    """Its codes go out of use: they still warn those who scanned them. Removing twice changes nothing."""
    event = locked(room.event_id)
    if EventRoom.objects.in_use().filter(pk=room.pk).update(removed_at=now):
        replace(event.codes.filter(room=room), on=event, by=by, now=now)
        record_act(actor=by, verb="room_removed", on=event, room=str(room.uuid))


@transaction.atomic
def set_tables(place: Event | EventRoom, *, tables: str, by: User) -> None:
    """``tables``: one label a line, as clea_portal.codes.tables understood them. They stand on prints only, in no code."""
    if place.tables == tables:
        return
    place.tables = tables
    place.save(update_fields=["tables"])
    event = place if isinstance(place, Event) else place.event
    record_act(actor=by, verb="tables_set", on=event, number=len(place.table_labels))
