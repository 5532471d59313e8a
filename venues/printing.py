"""What of venues is printed: the codes of a venue, of a day pack, or of many venues in one go."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clea_portal.accounts.models import User
from clea_portal.codes.access import find
from clea_portal.codes.printing.subjects import PrintableCode, Subject
from clea_portal.posters.names import isolated
from clea_portal.posters.poster import PosterKind
from venues.models import DayPack, Venue, VenueCode, VenueCodeKind, VenueCodeQuerySet, VenueRoom

JOB = "venues.bundle"
KINDS = {
    VenueCodeKind.STATIC: PosterKind.STATIC,
    VenueCodeKind.DATED: PosterKind.DATED,
    VenueCodeKind.STAFF: PosterKind.STAFF,
}
# Of one selection; each may have many rooms.
MOST_VENUES = 1000


def printable(code: VenueCode, *, room: VenueRoom | None = None) -> PrintableCode:
    """A code of a venue or of its own room, or of the venue as it is printed for a ``room`` that shows it too."""
    shown = code.room or room
    venue, kind = code.venue, VenueCodeKind(code.kind)
    part = shown.name if shown else ""
    if kind == VenueCodeKind.STATIC:
        choice = part or _("The whole venue")
    else:
        choice = date_format(code.valid_from.astimezone(venue.zone), "l j F Y, H:i")
    return PrintableCode(
        code=code,
        place=venue,
        kind=KINDS[kind],
        zone=venue.zone,
        key=f"{code.uuid}.{room.uuid}" if room else str(code.uuid),
        choice=choice,
        part=part,
        tables=tuple(shown.table_labels if shown else venue.table_labels),
    )


def of_venue(venue: Venue) -> Subject:
    """Its static codes that are in use: of the whole venue, of each room, and copies for each room without its own."""
    return Subject(
        title=venue.name,
        printables=tuple(_static(venue, _codes_in_use([venue]), venue.rooms.in_use())),
        organisation=venue.organisation,
        job_kind=JOB,
        job_arguments={"venue": str(venue.uuid)},
        back_to=reverse("venues:detail", args=[venue.uuid]),
    )


def of_pack(pack: DayPack, *, staff: bool = False, now: datetime | None = None) -> Subject:
    """The codes of its days and services; or those for staff, printed apart. ``now``: without those that are over."""
    venue = pack.venue
    kind = VenueCodeKind.STAFF if staff else VenueCodeKind.DATED
    codes = VenueCode.objects.filter(packs=pack, kind=kind).current().order_by("valid_from", "pk")
    if now is not None:
        codes = codes.ending_after(now)
    days = [date_format(day, "j F Y") for day in dict.fromkeys((pack.first_day, pack.last_day))]
    return Subject(
        title=" ".join((*(isolated(name) for name in (venue.name, pack.room and pack.room.name) if name), "–".join(days))),
        printables=tuple(printable(_with(code, venue=venue, room=pack.room)) for code in codes),
        organisation=venue.organisation,
        job_kind=JOB,
        job_arguments={"pack": str(pack.uuid), "staff": staff},
        back_to=reverse("venues:detail", args=[venue.uuid]),
        by_day=True,
        staff=staff,
        has_bundle=not staff,
    )


def of_venues(venues: Sequence[Venue], *, asked: dict[str, Any]) -> Subject:
    """All static codes of all these venues. ``asked``: how a worker finds the same venues again."""
    codes: dict[int, list[VenueCode]] = {venue.pk: [] for venue in venues}
    rooms: dict[int, list[VenueRoom]] = {venue.pk: [] for venue in venues}
    for code in _codes_in_use(venues):
        codes[code.venue_id].append(code)
    for room in VenueRoom.objects.in_use().filter(venue__in=venues):
        rooms[room.venue_id].append(room)
    organisations = {venue.organisation_id: venue.organisation for venue in venues}
    return Subject(
        title=ngettext("%(count)d venue", "%(count)d venues", len(venues)) % {"count": len(venues)},
        printables=tuple(one for venue in venues for one in _static(venue, codes[venue.pk], rooms[venue.pk], with_name=True)),
        organisation=next(iter(organisations.values())) if len(organisations) == 1 else None,
        job_kind=JOB,
        job_arguments=asked,
        back_to=reverse("venues:list"),
    )


def selected(asked: dict[str, Any], *, user: User) -> Subject:
    """Of the venues asked for (``venues``: UUIDs; ``organisation``: all of one; else all) those in use that are the person's."""
    own = Venue.objects.of_member(user).in_use().with_country().order_by("pk")
    if "organisation" in asked:
        own = own.filter(organisation__uuid=asked["organisation"])
    elif "venues" in asked:
        own = own.filter(uuid__in=asked["venues"][:MOST_VENUES])
    return of_venues(list(own[:MOST_VENUES]), asked=asked)


def find_again(arguments: dict[str, Any], *, user: User) -> Subject:
    """The subject that a job was ordered for, as far as the person may still see it. Raises Http404."""
    if "venue" in arguments:
        return of_venue(find(Venue.objects.with_country(), user=user, uuid=UUID(arguments["venue"])))
    if "pack" in arguments:
        return of_pack(find(DayPack.objects.with_venue(), user=user, uuid=UUID(arguments["pack"])), staff=arguments["staff"])
    subject = selected(arguments, user=user)
    if not subject.printables:
        raise Http404
    return subject


def _codes_in_use(venues: Sequence[Venue]) -> VenueCodeQuerySet:
    return VenueCode.objects.static().current().ending_after(timezone.now()).filter(venue__in=venues).select_related("room")


def _static(
    venue: Venue, codes: Iterable[VenueCode], rooms: Iterable[VenueRoom], *, with_name: bool = False
) -> list[PrintableCode]:
    by_room = {code.room_id: _with(code, venue=venue, room=None) for code in codes}
    found = [printable(by_room[None])] if None in by_room else []
    for room in rooms:
        if room.independent and room.pk in by_room:
            found.append(printable(_with(by_room[room.pk], venue=venue, room=room)))
        elif not room.independent and None in by_room:
            found.append(printable(by_room[None], room=room))
    if with_name:
        return [_named(one) for one in found]
    return found


def _named(one: PrintableCode) -> PrintableCode:
    return replace(one, choice=" – ".join(filter(None, (one.place.name, one.part))))


def _with(code: VenueCode, *, venue: Venue, room: VenueRoom | None) -> VenueCode:
    """The same code, knowing what has been read already."""
    code.venue = venue
    if room is not None:
        code.room = room
    return code
