from datetime import datetime, time, timedelta

from django.utils import timezone

from clea_portal.accounts.demonstration import HOST
from clea_portal.accounts.models import Organisation, User
from clea_portal.authorities.models import Region, VenueType
from clea_portal.codes.places import PlaceDetails
from events.planning import Schedule, plan_event

SATURDAY = 5


def load(*, sandbox_url: str) -> None:
    """A wedding next Saturday, from 15:00 until two in the morning, with both codes."""
    host = User.objects.get(email=HOST)
    organisation = Organisation.objects.editable_by(host).select_related("country").get()
    now, zone = timezone.now(), organisation.country.zone
    today = now.astimezone(zone).date()
    day = today + timedelta(days=(SATURDAY - today.weekday() - 1) % 7 + 1)
    plan_event(
        by=host,
        organisation=organisation,
        details=PlaceDetails(
            name="Mariage de Camille et Dominique",
            venue_type=VenueType.objects.get(country=organisation.country, number=24),
            venue_category1=4,
            region=Region.objects.select_related("country").get(country=organisation.country, number=38),
            # Numbers kept free for fiction.
            phone="33465710024",
            pin="240024",
        ),
        schedule=Schedule(
            start=datetime.combine(day, time(15), zone),
            end=datetime.combine(day + timedelta(days=1), time(2), zone),
            time_zone=organisation.country.time_zone,
        ),
        now=now,
    )
