from datetime import timedelta

from django.utils import timezone

from clea_portal.accounts.demonstration import MANAGER
from clea_portal.accounts.models import Organisation, User
from clea_portal.authorities.models import Region, VenueType
from clea_portal.codes.places import PlaceDetails
from venues.hours import set_opening_hours
from venues.managing import open_venue
from venues.opening_hours import parse_day
from venues.packs import make_pack
from venues.rooms import add_rooms, set_tables
from venues.rotations import set_rotation


def load(*, sandbox_url: str) -> None:
    """A restaurant in Grenoble, whose code has hung for some days: a case of yesterday can be declared with it.

    And a climbing hall with rooms, opening hours, and a code for each day of this week and the next.
    """
    manager = User.objects.get(email=MANAGER)
    organisation = Organisation.objects.editable_by(manager).select_related("country").get()
    open_venue(
        by=manager,
        organisation=organisation,
        details=PlaceDetails(
            name="La Table du Drac",
            venue_type=VenueType.objects.get(country=organisation.country, number=1),
            venue_category1=4,
            venue_category2=2,
            region=Region.objects.select_related("country").get(country=organisation.country, number=38),
            # Numbers kept free for fiction.
            phone="33465710038",
            pin="380038",
        ),
        now=timezone.now() - timedelta(days=5),
    )
    _climbing_hall(manager, organisation)


def _climbing_hall(manager: User, organisation: Organisation) -> None:
    now = timezone.now()
    hall = open_venue(
        by=manager,
        organisation=organisation,
        details=PlaceDetails(
            name="Escalade du Granier",
            venue_type=VenueType.objects.get(country=organisation.country, number=3),
            venue_category1=4,
            venue_category2=3,
            region=Region.objects.select_related("country").get(country=organisation.country, number=73),
            phone="33465710073",
            pin="730073",
        ),
        now=now - timedelta(days=9),
    )
    spans = [span for day in range(7) for span in parse_day(day, "10:00-23:00")]
    set_opening_hours(hall, time_zone=organisation.country.time_zone, spans=spans, by=manager)
    bouldering, bar = (
        add_rooms(venue=hall, names=[name], independent=independent, by=manager, now=now)[0]
        for name, independent in (("Salle de bloc", True), ("Bar", False))
    )
    set_tables(bar, tables="\n".join(map(str, range(1, 9))), by=manager)
    set_rotation(venue=hall, room=bouldering, renewal_hours=["05:00"], by=manager, now=now)
    today = now.astimezone(hall.zone).date()
    make_pack(
        venue=hall,
        room=bouldering,
        first_day=today,
        last_day=today + timedelta(days=13),
        with_staff=True,
        end_static=True,
        by=manager,
        now=now,
    )
