"""From local renewal hours to the periods of codes: whole hours of UTC, right on the nights on which the clocks change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from clea_portal.protocol.ntp import from_ntp, round_to_hour, to_ntp
from clea_portal.protocol.values import HOUR

# CLEA protocol, Words: a period has 1 to 254 hours; 255 means unlimited.
MAX_PERIOD_HOURS = 254


@dataclass(frozen=True, kw_only=True, order=True)
class Period:
    """``t_period_start``: NTP seconds on a round hour of UTC; ``hours``: period_duration, 1 to 254."""

    t_period_start: int
    hours: int

    @property
    def start(self) -> datetime:
        return from_ntp(self.t_period_start)

    @property
    def end(self) -> datetime:
        return from_ntp(self.t_period_start + self.hours * HOUR)

    def covers(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """When periods start: at these local hours (``HH:MM``, ascending), and of the days only every ``days``-th from ``anchor`` on.

    Where a zone is off the round hours of UTC (half an hour, three quarters), starts are rounded to the nearest one, as the
    protocol asks (CLEA protocol, Derivation).
    """

    hours: Sequence[str]
    zone: ZoneInfo
    anchor: date
    days: int = 1

    def __post_init__(self) -> None:
        if self.days > 1 and len(self.hours) > 1:
            raise ValueError("Periods of several days start at one hour.")

    @property
    def is_rounded(self) -> bool:
        """Whether the zone's offset has made the starts differ from the local hours."""
        noon = datetime.combine(self.anchor, time(12), tzinfo=self.zone)
        offset = noon.utcoffset()
        return offset is not None and offset.total_seconds() % HOUR != 0

    def starting(self, *, first_day: date, last_day: date) -> list[Period]:
        """The periods that start on these local days, both included, in order."""
        starts = list(self._starts(first_day, last_day + timedelta(days=self.days + 1)))
        return [
            Period(t_period_start=start, hours=(following - start) // HOUR)
            for (day, start), (_, following) in pairwise(starts)
            if day <= last_day
        ]

    def at(self, moment: datetime) -> Period:
        """The period that covers a moment."""
        day = moment.astimezone(self.zone).date()
        margin = timedelta(days=self.days + 1)
        periods = self.starting(first_day=day - margin, last_day=day + margin)
        return next(period for period in periods if period.covers(moment))

    def between(self, start: datetime, end: datetime) -> list[Period]:
        """The periods that overlap the span from ``start`` to ``end``, in order."""
        margin = timedelta(days=self.days + 1)
        periods = self.starting(
            first_day=start.astimezone(self.zone).date() - margin, last_day=end.astimezone(self.zone).date() + margin
        )
        return [period for period in periods if period.start < end and period.end > start]

    def _starts(self, first_day: date, last_day: date) -> Iterator[tuple[date, int]]:
        """Local days with NTP seconds, each later than the one before: two hours may become one when the clocks go forward."""
        # Periods of several days begin only on days that are a multiple of `days` from the anchor.
        day = first_day + timedelta(days=-(first_day - self.anchor).days % self.days)
        latest = 0
        while day <= last_day:
            for hour in self.hours:
                local = datetime.combine(day, time.fromisoformat(hour), tzinfo=self.zone)
                start = round_to_hour(to_ntp(local))
                if start > latest:
                    yield day, start
                    latest = start
            day += timedelta(days=self.days)
