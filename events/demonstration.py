from datetime import date, datetime, time, timedelta

from django.utils import timezone

from clea_portal.accounts.demonstration import HOST
from clea_portal.accounts.models import Organisation, User
from clea_portal.authorities.models import Region, VenueType
from clea_portal.codes.places import PlaceDetails
from events.planning import Schedule, plan_event
from events.slots import SlotDetails

SATURDAY = 5


def load(*, sandbox_url: str) -> None:
    """A wedding next Saturday, from 15:00 until two in the morning, with both codes; and a film club with six screenings."""
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
    _film_club(host, organisation, first=today + timedelta(days=3))


def _film_club(host: User, organisation: Organisation, *, first: date) -> None:
    zone = organisation.country.zone

    def screening(day: int, hour: int, name: str) -> SlotDetails:
        start = datetime.combine(first + timedelta(days=day), time(hour), zone)
        return SlotDetails(name=name, start=start, end=start + timedelta(hours=2))

    slots = [
        screening(day, hour, name)
        for day, (afternoon, evening) in enumerate(
            [("Films muets", "Polars"), ("Dessins animés", "Westerns"), ("Essais", "Palmarès")]
        )
        for hour, name in ((15, afternoon), (20, evening))
    ]
    plan_event(
        by=host,
        organisation=organisation,
        details=PlaceDetails(
            name="Ciné-club de Bellecombe",
            venue_type=VenueType.objects.get(country=organisation.country, number=4),
            venue_category1=4,
            region=Region.objects.select_related("country").get(country=organisation.country, number=38),
            phone="33465710024",
            pin="240024",
        ),
        schedule=Schedule(start=slots[0].start, end=slots[-1].end, time_zone=organisation.country.time_zone),
        now=timezone.now(),
        slots=slots,
    )
