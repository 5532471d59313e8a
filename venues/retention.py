"""When data of venues is deleted."""

from datetime import datetime, timedelta

from clea_portal.authorities.models import Country
from venues.models import Venue, VenueCode, VenueSecret

# A season: a place that is closed for the winter can still be brought back with its code.
ARCHIVE_RETENTION = timedelta(days=365)


def purge(*, now: datetime) -> int:
    """Delete replaced codes past the country's retention, secrets that no code needs any more, and venues archived for a year.

    How many rows.
    """
    rows = Venue.objects.filter(archived_at__lte=now - ARCHIVE_RETENTION).delete()[0]
    for country in Country.objects.all():
        replaced = VenueCode.objects.filter(
            venue__region__country=country, replaced_at__lte=now - timedelta(days=country.code_retention_days)
        )
        rows += replaced.delete()[0]
    return rows + VenueSecret.objects.filter(codes__isnull=True, rotations__isnull=True).delete()[0]
