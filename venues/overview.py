"""What counts in a venue at a moment, for its page: a few queries, however many rooms it has."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, Q

from clea_portal.codes.shelf_life import CodeState, renewal_advised_at, state_of
from venues.models import DayPack, Venue, VenueCode, VenueCodeKind, VenueRoom


@dataclass(kw_only=True)
class Part:
    """The whole venue (``room`` is None) or a room, with what hangs there; a dependent room shows what the whole venue shows."""

    room: VenueRoom | None
    static: VenueCode | None = None
    dated: VenueCode | None = None
    state: CodeState | None = None

    @property
    def code(self) -> VenueCode | None:
        """The code of now. Where two hang, the one of the day: the static one should be gone."""
        return self.dated or self.static

    @property
    def renewal_advised_on(self) -> date | None:
        """The local day from which a new static code is advised; None without one, and for one that ends by itself."""
        if self.static is None or self.static.valid_until is not None:
            return None
        venue = self.static.venue
        return renewal_advised_at(self.static, country=venue.country).astimezone(venue.zone).date()

    @property
    def is_split(self) -> bool:
        """Whether two different codes on the wall split the guests."""
        return self.static is not None and self.dated is not None


def parts_of(venue: Venue, *, now: datetime) -> list[Part]:
    """The whole venue, then its rooms in their order. ``venue`` comes with its country."""
    whole = Part(room=None)
    parts = [whole, *(Part(room=room) for room in venue.rooms.in_use())]
    by_room = {part.room.pk if part.room else None: part for part in parts}
    counting = Q(kind=VenueCodeKind.STATIC) | Q(kind=VenueCodeKind.DATED, valid_from__lte=now)
    for code in VenueCode.objects.filter(counting, venue=venue).current().ending_after(now):
        part = by_room.get(code.room_id)
        if part is None:
            continue
        code.venue = venue
        if code.kind == VenueCodeKind.STATIC:
            part.static, part.state = code, state_of(code, country=venue.country, now=now)
        else:
            part.dated = code
    for part in parts:
        if part.room is not None and not part.room.independent:
            part.static, part.dated, part.state = whole.static, whole.dated, whole.state
    return parts


def packed_until(venue: Venue, room: VenueRoom | None, *, now: datetime) -> date | None:
    """The last day for which codes are made, if it is not over."""
    last = DayPack.objects.of_room(venue, room).in_use().aggregate(day=Max("last_day"))["day"]
    return last if last is not None and last >= now.astimezone(venue.zone).date() else None
