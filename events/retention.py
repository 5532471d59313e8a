"""When data of events is deleted."""

from datetime import datetime, timedelta

from clea_portal.authorities.models import Country
from events.models import Event, EventCode, EventSecret


def purge(*, now: datetime) -> int:
    """Delete events that ended, and codes that were replaced, longer ago than the country keeps codes. How many rows."""
    rows = 0
    for country in Country.objects.all():
        oldest = now - timedelta(days=country.code_retention_days)
        rows += Event.objects.filter(region__country=country, end__lte=oldest).delete()[0]
        rows += EventCode.objects.filter(event__region__country=country, replaced_at__lte=oldest).delete()[0]
    return rows + EventSecret.objects.filter(codes__isnull=True).delete()[0]
