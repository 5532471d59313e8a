"""When data of venues is deleted."""

from datetime import datetime, timedelta

from django.db.models import Q

from clea_portal.authorities.models import Country
from venues.models import DayPack, Rotation, Venue, VenueCode, VenueRoom, VenueSecret

# A season: a place that is closed for the winter can still be brought back with its code.
ARCHIVE_RETENTION = timedelta(days=365)


def purge(*, now: datetime) -> int:
    """Delete venues archived for a year, and what codes, packs, rotations and rooms nobody needs any more: how many rows.

    Codes go the country's retention after they were replaced or after their end; then the packs, rotations and removed rooms
    that have none left, and last the secrets that nothing was or will be made from.
    """
    rows = Venue.objects.filter(archived_at__lte=now - ARCHIVE_RETENTION).delete()[0]
    for country in Country.objects.all():
        rows += _purge_country(country, before=now - timedelta(days=country.code_retention_days))
    return rows + VenueSecret.objects.filter(codes__isnull=True, rotations__isnull=True).delete()[0]


def _purge_country(country: Country, *, before: datetime) -> int:
    here = Q(venue__region__country=country)
    stale = [
        VenueCode.objects.filter(here).filter(Q(replaced_at__lte=before) | Q(valid_until__lte=before)),
        DayPack.objects.filter(here, codes__isnull=True).filter(Q(withdrawn_at__lte=before) | Q(last_day__lt=before.date())),
        Rotation.objects.filter(here, replaced_at__lte=before, packs__isnull=True),
        VenueRoom.objects.filter(here, removed_at__lte=before, codes__isnull=True, rotations__isnull=True, packs__isnull=True),
    ]
    return sum(rows.delete()[0] for rows in stale)
