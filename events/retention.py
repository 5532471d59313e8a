"""When data of events is deleted."""

from datetime import datetime, timedelta

from clea_portal.authorities.models import Country
from events.models import Event, EventCode, EventRoom, EventSecret, Slot


def purge(*, now: datetime) -> int:
    """Delete events and slots that ended, and codes that were replaced, longer ago than the country keeps codes. How many rows.

    Slots and rooms that were removed go with the last of their codes.
    """
    rows = 0
    for country in Country.objects.all():
        oldest = now - timedelta(days=country.code_retention_days)
        rows += Event.objects.filter(region__country=country, end__lte=oldest).delete()[0]
        rows += Slot.objects.filter(event__region__country=country, end__lte=oldest).delete()[0]
        rows += EventCode.objects.filter(event__region__country=country, replaced_at__lte=oldest).delete()[0]
    rows += EventSecret.objects.filter(codes__isnull=True).delete()[0]
    for removed in (Slot.objects, EventRoom.objects):
        rows += removed.filter(removed_at__isnull=False, secrets__isnull=True).delete()[0]
    return rows
