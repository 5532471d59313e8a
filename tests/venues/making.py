from datetime import UTC, datetime
from typing import Any

from clea_portal.accounts.models import Organisation
from clea_portal.authorities.models import Region, VenueType
from clea_portal.codes.places import PlaceDetails
from tests.members import member, organisation_with_choices
from venues.managing import open_venue
from venues.models import Venue

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
