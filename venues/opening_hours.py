"""Opening hours of a week, and the hours at which codes can change without splitting the guests of one evening.

A span is ``{"day": 0 (Monday) to 6, "open": "18:00", "close": "02:00"}``, local; a close at or before its open is after midnight.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

DAY = 24 * 60
WEEK = 7 * DAY
MOST_SPANS_A_DAY = 4
# Proposed where nothing is known of a place: hardly any is open then.
USUAL_HOUR = "04:00"

_SEPARATORS = re.compile(r"[,;/\n]|\bet\b|\band\b")
_TIME = r"([0-9]{1,2})\s*(?:(?:[:hH.]|uur|Uhr)\s*([0-9]{2})?)?"
_SPAN = re.compile(rf"{_TIME}\s*(?:-|–|—|\bto\b|\bà\b|\bbis\b)\s*{_TIME}")

OpeningHours = Sequence[Mapping[str, object]]


class BadHours(ValueError):
    """A day's text is no list of spans such as 12:00–14:30, 19:00–23:00."""


class Overlapping(BadHours):
    """Two spans of one day overlap."""


class TooManySpans(BadHours):
    """A day has more than MOST_SPANS_A_DAY spans."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """Local times ``HH:MM``; ``day``: 0 is Monday, the day on which the span opens."""

    day: int
    open: str
    close: str

    @property
    def start(self) -> int:
        """Minutes since the week began."""
        return self.day * DAY + _minutes(self.open)

    @property
    def end(self) -> int:
        """Minutes since the week began; past midnight on Sunday, more than a week."""
        end = self.day * DAY + _minutes(self.close)
        return end if end > self.start else end + DAY

    def __str__(self) -> str:
        return f"{self.open}–{self.close}"


def spans_of(opening_hours: OpeningHours) -> list[Span]:
    """What a venue stores, in the order of the week."""
    spans = [Span(day=int(str(row["day"])), open=str(row["open"]), close=str(row["close"])) for row in opening_hours]
    return sorted(spans, key=lambda span: span.start)


def parse_day(day: int, text: str) -> list[Span]:
    """The spans of one day as people write them: ``12h-14h30, 19:00–2:00``; empty where it is closed.

    Raises BadHours, Overlapping, TooManySpans.
    """
    spans = sorted((_span(day, piece.strip()) for piece in _SEPARATORS.split(text) if piece.strip()), key=lambda span: span.start)
    if len(spans) > MOST_SPANS_A_DAY:
        raise TooManySpans
    if any(before.end > after.start for before, after in pairwise(spans)) or (spans and spans[-1].end > spans[0].start + DAY):
        raise Overlapping
    return spans


def write_day(spans: Iterable[Span]) -> str:
    return ", ".join(str(span) for span in spans)


def open_at(spans: Iterable[Span], time: str) -> list[Span]:
    """The spans in the midst of which a local time lies. At the minute of opening or closing a place counts as closed.

    Spans that touch are one: nobody leaves at three because lunch turns into tea.
    """
    minute = _minutes(time)
    return [
        span
        for merged in _merged(spans)
        for moment in (minute + day * DAY for day in range(15))
        if merged[0] < moment < merged[1]
        for span in spans
        if _holds(span, moment)
    ]


def propose_hours(spans: Sequence[Span]) -> list[str]:
    """One whole hour a closed time that every day of the week has, the longest first: its middle. Empty where there is none.

    Without opening hours: four in the morning.
    """
    if not spans:
        return [USUAL_HOUR]
    hours = [f"{hour:02}:00" for hour in range(24)]
    closed = {hour for hour in hours if not open_at(spans, hour)}
    gaps = sorted(_gaps(spans), key=lambda gap: gap[0] - gap[1])
    found = []
    for start, end in gaps:
        # The whole hour nearest to the middle, of those within.
        within = [hour for hour in range(-(-start // 60), end // 60 + 1) if f"{hour % 24:02}:00" in closed]
        if within:
            found.append(f"{min(within, key=lambda hour: abs(hour * 60 - (start + end) / 2)) % 24:02}:00")
    return found


def quietest_hour(spans: Sequence[Span]) -> str:
    """The whole hour at which a place is open on the fewest days; of several, the one nearest to four in the morning."""
    four = _minutes(USUAL_HOUR)
    hours = [f"{hour:02}:00" for hour in range(24)]
    return min(hours, key=lambda hour: (len(open_at(spans, hour)), abs(_minutes(hour) - four)))


def real_times(hour: str, zone: ZoneInfo, *, at: datetime) -> list[str]:
    """The local times at which codes meant to change at a local hour really do in the coming year: periods start on round
    hours of UTC, which zones such as India's do not share.
    """
    hours = int(hour[:2])
    found = set()
    for days in range(0, 365, 7):
        local = (at.astimezone(zone) + timedelta(days=days)).replace(hour=hours, minute=0, second=0, microsecond=0)
        offset = local.utcoffset() or timedelta()
        # The nearest round hour, half past going down, as the protocol counts (clea_portal.protocol.ntp.round_to_hour).
        past = -offset % timedelta(hours=1)
        shift = -past if past <= timedelta(minutes=30) else timedelta(hours=1) - past
        found.add(f"{local + shift:%H:%M}")
    return sorted(found)


def _span(day: int, text: str) -> Span:
    if not (match := _SPAN.fullmatch(text)):
        raise BadHours
    opening, closing = _time(match[1], match[2]), _time(match[3], match[4])
    return Span(day=day, open=opening, close="00:00" if closing == "24:00" else closing)


def _time(hours: str, minutes: str | None) -> str:
    hour, minute = int(hours), int(minutes or 0)
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        raise BadHours
    return f"{hour:02}:{minute:02}"


def _minutes(time: str) -> int:
    return int(time[:2]) * 60 + int(time[3:])


def _holds(span: Span, moment: int) -> bool:
    return span.start <= moment < span.end or span.start <= moment + WEEK < span.end or span.start <= moment - WEEK < span.end


def _merged(spans: Iterable[Span]) -> list[tuple[int, int]]:
    """When the place is open, in minutes of two weeks, so that what passes midnight on Sunday is one piece too."""
    pieces = sorted((span.start + week, span.end + week) for span in spans for week in (-WEEK, 0, WEEK))
    merged: list[tuple[int, int]] = []
    for start, end in pieces:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _gaps(spans: Iterable[Span]) -> list[tuple[int, int]]:
    """Closed times that all days have in common, in minutes of a day; the end of one that passes midnight is more than a day."""
    opened = bytearray(DAY)
    for span in spans:
        for minute in range(span.start, span.end):
            opened[minute % DAY] = 1
    if not any(opened):
        return [(0, DAY)]
    starts = [minute for minute in range(DAY) if not opened[minute] and opened[minute - 1]]
    gaps = []
    for start in starts:
        end = start
        while not opened[end % DAY]:
            end += 1
        gaps.append((start, end))
    return gaps
