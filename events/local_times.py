"""From what a wall clock says in a zone to the moment, also on the nights on which the clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

# Protocol times have 32 bits, which end in February 2036.
YEARS = range(2000, 2036)


class SkippedTime(ValueError):
    """The clocks go forward past this time: no moment has it."""


def moment_of(local: datetime, zone: ZoneInfo, *, later: bool = False) -> datetime:
    """The moment, in UTC, of a naive local time. Raises SkippedTime.

    Of the two moments that a wall clock calls the same when the clocks go back, the earlier one, or with ``later`` the later one:
    a start and an end so read never lose an hour of the event.
    """
    moment = local.replace(tzinfo=zone, fold=int(later)).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None, fold=0) != local:
        raise SkippedTime
    return moment


def shifted(moment: datetime, zone: ZoneInfo, *, days: int, later: bool = False) -> datetime:
    """The same local time so many days later, in UTC; a time that the clocks skip then becomes that of the new clock."""
    local = moment.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    return local.replace(tzinfo=zone, fold=int(later)).astimezone(UTC)
