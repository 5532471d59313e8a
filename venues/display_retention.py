"""When displays are deleted."""

from datetime import datetime, timedelta

from venues.models import Display

# So that who wonders why a screen is blank still finds its name on the list.
SWITCHED_OFF_RETENTION = timedelta(days=30)


def purge(*, now: datetime) -> int:
    """Delete displays that were switched off a month ago. How many rows."""
    return Display.objects.filter(revoked_at__lte=now - SWITCHED_OFF_RETENTION).delete()[0]
