from datetime import timedelta

from django.utils import timezone

from clea_portal.accounts.demonstration import MANAGER
from clea_portal.accounts.models import Organisation, User
from clea_portal.authorities.models import Region, VenueType
from clea_portal.codes.places import PlaceDetails
from venues.managing import open_venue


def load(*, sandbox_url: str) -> None:
    """A restaurant in Grenoble, whose code has hung for some days: a case of yesterday can be declared with it."""
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
