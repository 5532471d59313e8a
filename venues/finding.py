"""Views of a whole venue and of one of its rooms are the same: what their addresses name."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from clea_portal.accounts.person import person
from clea_portal.codes.access import find, may_edit, require_editor
from venues.models import Venue, VenueRoom


@dataclass(frozen=True, kw_only=True)
class Found:
    """``room`` is None for the whole venue."""

    venue: Venue
    room: VenueRoom | None

    @property
    def name(self) -> str:
        return str(self.room or self.venue)

    def url(self, name: str) -> str:
        """``packs:list`` of a venue is ``packs:room_list`` of a room."""
        space, page = name.split(":")
        return reverse(f"{space}:room_{page}" if self.room else name, args=[(self.room or self.venue).uuid])

    @property
    def page(self) -> str:
        return reverse("rooms:detail", args=[self.room.uuid]) if self.room else reverse("venues:detail", args=[self.venue.uuid])


def found(request: HttpRequest, uuid: UUID, *, of_room: bool, to_write: bool = False) -> Found:
    """Raises Http404, and PermissionDenied ``to_write`` for a member who may only see and print."""
    user = person(request)
    if of_room:
        room: VenueRoom | None = find(VenueRoom.objects.in_use().with_venue(), user=user, uuid=uuid)
        assert room is not None
        venue = room.venue
    else:
        room, venue = None, find(Venue.objects.with_country(), user=user, uuid=uuid)
    if to_write:
        require_editor(user, venue)
    return Found(venue=venue, room=room)


def may_write(request: HttpRequest, venue: Venue) -> bool:
    return may_edit(person(request), venue)
