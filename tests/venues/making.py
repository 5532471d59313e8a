import secrets
from datetime import UTC, datetime
from typing import Any

from clea_portal.accounts.models import Organisation
from clea_portal.authorities.models import Region, VenueType
from clea_portal.codes.places import PlaceDetails
from tests.members import member, organisation_with_choices
from venues.managing import open_venue
from venues.models import Display, Venue, VenueRoom
from venues.rooms import add_rooms
from venues.rotations import set_rotation

# Half past, so that rounding shows.
NOW = datetime(2026, 6, 3, 14, 35, 20, tzinfo=UTC)


def details_of(organisation: Organisation, **changes: Any) -> PlaceDetails:
    details = {
        "name": "La Table du Drac",
        "venue_type": VenueType.objects.get(country=organisation.country, number=1),
        "region": Region.objects.select_related("country").get(country=organisation.country, number=38),
        "venue_category1": 4,
        "venue_category2": 2,
        "phone": "33465710038",
        "pin": "380038",
    }
    return PlaceDetails(**(details | changes))


def opened_venue(organisation: Organisation | None = None, *, now: datetime = NOW, **changes: Any) -> Venue:
    """A venue with its first code, made as a manager makes it."""
    organisation = organisation or organisation_with_choices()
    by = member(organisation)
    venue = open_venue(by=by, organisation=organisation, details=details_of(organisation, **changes), now=now)
    return Venue.objects.get(pk=venue.pk)


def added_room(venue: Venue, name: str, *, independent: bool = True, now: datetime = NOW) -> VenueRoom:
    by = member(venue.organisation)
    return add_rooms(venue=venue, names=[name], independent=independent, by=by, now=now)[0]


def rotating(venue: Venue, *, room: VenueRoom | None = None, now: datetime = NOW, **changes: Any) -> Venue:
    """The venue, whose codes change at four in the morning unless ``changes`` say otherwise."""
    wanted = {"renewal_hours": ["04:00"], "by": member(venue.organisation), "now": now}
    set_rotation(venue=venue, room=room, **(wanted | changes))
    return venue


def displayed(venue: Venue, *, room: VenueRoom | None = None) -> Venue:
    """The venue, with a display."""
    Display.objects.create(venue=venue, room=room, name="Entrée", token_hash=secrets.token_hex(32))
    return venue
