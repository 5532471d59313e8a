from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from clea_portal.accounts.models import Organisation
from events.models import Event
from events.planning import Schedule, plan_event
from tests.members import member, organisation_with_choices
from tests.venues.making import details_of

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 6, 3, 14, 35, 20, tzinfo=UTC)
# A wedding, from Saturday afternoon into the night.
START = datetime(2026, 6, 20, 15, 10, tzinfo=PARIS)
END = datetime(2026, 6, 21, 2, 30, tzinfo=PARIS)


def schedule_of(**changes: Any) -> Schedule:
    return Schedule(**({"start": START, "end": END, "time_zone": "Europe/Paris"} | changes))


def planned_event(
    organisation: Organisation | None = None, *, now: datetime = NOW, schedule: Any = None, **changes: Any
) -> Event:
    """An event with both codes, made as an organiser makes it."""
    organisation = organisation or organisation_with_choices()
    event = plan_event(
        by=member(organisation),
        organisation=organisation,
        details=details_of(organisation, **({"name": "Mariage de Camille"} | changes)),
        schedule=schedule or schedule_of(),
        now=now,
    )
    return Event.objects.get(pk=event.pk)


def coming_event(organisation: Organisation | None = None, *, days: int = 7, **changes: Any) -> Event:
    """From three in the afternoon in Paris, ``days`` from now, for six hours."""
    start = (timezone.now().astimezone(PARIS) + timedelta(days=days)).replace(hour=15, minute=0, second=0, microsecond=0)
    return planned_event(
        organisation, now=timezone.now(), schedule=schedule_of(start=start, end=start + timedelta(hours=6)), **changes
    )
