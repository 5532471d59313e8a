"""The rooms of a venue, and the tables of each."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Max, Q
from django.db.models.functions import Greatest

from clea_portal.accounts.models import User
from clea_portal.audit.trail import record_act
from clea_portal.codes.errors import Archived
from venues.codes import issue_code
from venues.errors import TooManyRooms
from venues.models import Rotation, Venue, VenueCode, VenueRoom

MOST_ROOMS = 300


@transaction.atomic
def add_rooms(*, venue: Venue, names: Sequence[str], independent: bool, by: User, now: datetime) -> list[VenueRoom]:
    """Rooms with these names, after those that are there. An independent one gets its secret and its static code at once.

    Raises Archived, TooManyRooms, NoKey; then none is added.
    """
    venue = Venue.objects.locked(venue)
    if venue.archived_at is not None:
        raise Archived
    there = venue.rooms.in_use().aggregate(number=Count("pk"), last=Max("position", default=-1))
    if there["number"] + len(names) > MOST_ROOMS:
        raise TooManyRooms
    rooms = []
    for position, name in enumerate(names, start=there["last"] + 1):
        room = venue.rooms.create(name=name, independent=independent, position=position, created_at=now)
        record_act(actor=by, verb="room_added", on=venue, room=str(room.uuid))
        if independent:
            issue_code(venue=venue, room=room, by=by, now=now)
        rooms.append(room)
    return rooms


@transaction.atomic
def rename_room(room: VenueRoom, *, name: str, by: User) -> None:
    """Codes carry no name: posters printed from now on do."""
    if room.name != name:
        room.name = name
        room.save(update_fields=["name"])
        record_act(actor=by, verb="room_renamed", on=room.venue, room=str(room.uuid))


@transaction.atomic
def move_room(room: VenueRoom, *, down: bool) -> None:
    """One place down or up in the list of rooms; past an end, nothing happens."""
    venue = Venue.objects.locked(room.venue)
    rooms = list(venue.rooms.in_use())
    place = next((index for index, other in enumerate(rooms) if other.pk == room.pk), None)
    if place is None or not 0 <= (other := place + (1 if down else -1)) < len(rooms):
        return
    rooms[place], rooms[other] = rooms[other], rooms[place]
    for position, each in enumerate(rooms):
        if each.position != position:
            VenueRoom.objects.filter(pk=each.pk).update(position=position)


@transaction.atomic
def remove_room(room: VenueRoom, *, by: User, now: datetime) -> None:
    """Its codes are replaced, its displays switched off. The rows stay as long as its codes are kept. Twice changes nothing."""
    venue = Venue.objects.locked(room.venue)
    if not VenueRoom.objects.in_use().filter(pk=room.pk).update(removed_at=now):
        return
    VenueCode.objects.filter(venue=venue, room=room).current().ending_after(now).update(replaced_at=now)
    unreplaced = Q(replaced_at__isnull=True) | Q(replaced_at__gt=now)
    Rotation.objects.filter(unreplaced, room=room).update(replaced_at=Greatest(F("starts_at"), now))
    room.packs.in_use().update(withdrawn_at=now)
    room.displays.in_use().update(revoked_at=now)
    record_act(actor=by, verb="room_removed", on=venue, room=str(room.uuid))


@transaction.atomic
def set_tables(place: Venue | VenueRoom, *, tables: str, by: User) -> None:
    """``tables``: one label a line, as clea_portal.codes.tables understood them. They stand on prints only, in no code."""
    if place.tables == tables:
        return
    place.tables = tables
    place.save(update_fields=["tables"])
    venue = place if isinstance(place, Venue) else place.venue
    record_act(actor=by, verb="tables_set", on=venue, number=len(place.table_labels))
