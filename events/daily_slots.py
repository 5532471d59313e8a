"""One slot for each day of an event that lasts several.

A code for the whole of it would do harm: who scans the invitation once, early, is taken for a guest of every day, and one
cluster on the last evening would warn those who left on the first.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from events.models import Event
from events.slots import MOST_AT_ONCE, SlotDetails

# When the fewest people are about.
CHANGE = time(5)
LONG = timedelta(hours=24)


def is_long(event: Event) -> bool:
    return event.end - event.start > LONG


def opening_hours(event: Event) -> list[SlotDetails]:
    """Every day from the time at which the event starts to the time at which it ends, as fairs and festivals open.

    An event from Friday 18:00 to Sunday 2:00 has two: each evening until 2:00.
    """
    first, last = _local(event)
    length = timedelta(hours=last.hour - first.hour, minutes=last.minute - first.minute)
    if length <= timedelta(0):
        length += timedelta(days=1)
    starts = [first + timedelta(days=day) for day in range((last - length - first).days + 1)]
    return _details([(start, start + length) for start in starts], event.zone)


def day_and_night(event: Event) -> list[SlotDetails]:
    """The whole time without a gap, changing every morning."""
    first, last = _local(event)
    change = datetime.combine(first, CHANGE)
    changes = [change + timedelta(days=day) for day in range((last - change).days + 2)]
    edges = [first, *(moment for moment in changes if first < moment < last), last]
    return _details(list(pairwise(edges)), event.zone)


def proposals(event: Event) -> dict[str, list[SlotDetails]]:
    """By the name of the way to divide it; none for an event of one day, or of more days than are added in one go."""
    if not is_long(event):
        return {}
    ways = {"opening_hours": opening_hours(event), "day_and_night": day_and_night(event)}
    return {name: slots for name, slots in ways.items() if 1 < len(slots) <= MOST_AT_ONCE}


def _local(event: Event) -> tuple[datetime, datetime]:
    start, end = (moment.astimezone(event.zone).replace(tzinfo=None) for moment in (event.start, event.end))
    return start, end


def _details(spans: Sequence[tuple[datetime, datetime]], zone: ZoneInfo) -> list[SlotDetails]:
    # On nights on which the clocks change, a time that they skip is as good as the one that they show instead.
    return [
        SlotDetails(start=start.replace(tzinfo=zone).astimezone(UTC), end=end.replace(tzinfo=zone, fold=1).astimezone(UTC))
        for start, end in spans
    ]
