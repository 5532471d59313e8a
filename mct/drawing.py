"""A small drawing of the hours that a declaration flags, above those of the case. Numbers for an SVG, in its own units."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.timezone import localtime

from mct.models import Case
from mct.planning import Plan
from mct.words import clock, short_day, span

WIDTH = 360
_EDGE = timedelta(minutes=30)
_HOUR = timedelta(hours=1)
_MOST_TICKS = 7
_STEPS = (1, 2, 3, 6, 12, 24, 48, 72)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """``look``: ``case``, ``flagged`` or ``declared``. ``hours``: in words."""

    look: str
    left: int
    width: int
    hours: str


@dataclass(frozen=True, kw_only=True)
class Tick:
    at: int
    label: str


@dataclass(frozen=True, kw_only=True)
class Drawing:
    bars: Sequence[Bar]
    ticks: Sequence[Tick]
    width: int = WIDTH

    @property
    def has_declared(self) -> bool:
        return any(bar.look == "declared" for bar in self.bars)


def draw(case: Case, planned: Plan) -> Drawing:
    """The case's hours, what will be flagged of them and what is flagged already, on one axis of local time."""
    spans = [("case", case.exposure_start, case.exposure_end)]
    spans += [("declared", row.start, row.end) for row in planned.joined]
    spans += [("flagged", call.start, call.end) for call in planned.calls]
    first = min(start for _, start, _ in spans) - _EDGE
    last = max(end for _, _, end in spans) + _EDGE
    seconds = (last - first).total_seconds()

    def place(moment: datetime) -> int:
        return round(WIDTH * (moment - first).total_seconds() / seconds)

    bars = [
        Bar(look=look, left=place(start), width=max(2, place(end) - place(start)), hours=span(start, end))
        for look, start, end in spans
    ]
    return Drawing(bars=bars, ticks=[Tick(at=place(moment), label=_label(moment)) for moment in _round_hours(first, last)])


def _round_hours(first: datetime, last: datetime) -> Iterator[datetime]:
    """Those whose labels fit beside one another. Steps in elapsed time: days of 23 and 25 hours stay true to scale."""
    step = next((step for step in _STEPS if (last - first) / _HOUR / step <= _MOST_TICKS), _STEPS[-1])
    moment = localtime(first).replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    while (moment := moment + _HOUR) < last:
        local = localtime(moment)
        if (24 * local.toordinal() + local.hour) % step == 0:
            yield local


def _label(moment: datetime) -> str:
    return short_day(moment) if moment.hour == 0 else clock(moment)
