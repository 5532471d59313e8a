"""Lists of slots as people paste them: a line each, ``2026-06-20 15:00-17:00 Matinée``, or the columns of a spreadsheet."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clea_portal.codes.models import NAME_LIMIT
from clea_portal.codes.periods import MAX_PERIOD_HOURS
from clea_portal.posters.names import clean_line
from events.checking import MOST_AHEAD
from events.local_times import YEARS, SkippedTime, moment_of
from events.slots import MOST_AT_ONCE, SlotDetails
from events.timing import fits_one_period

# A hundred lines with the longest names, with room for what is not understood.
TEXT_LIMIT = 30_000
_SHOWN = 60

_DAY = r"(?P<{0}>[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}|[0-9]{{1,2}}[./][0-9]{{1,2}}[./][0-9]{{4}})"
_TIME = r"(?P<{0}>[0-9]{{1,2}}(?:\s?[hH:.]\s?[0-9]{{2}}|\s?[hH]))"
_GAP = r"[\s,;|T]+"
_DASH = r"\s*(?:-|–|—|‑|→|;|,|\||\t|\bto\b|\bà\b|\bau\b|\s)\s*"
_LINE = re.compile(
    _DAY.format("day")
    + _GAP
    + _TIME.format("start")
    + _DASH
    + f"(?:{_DAY.format('last_day')}{_GAP})?"
    + _TIME.format("end")
    + r"(?:(?=[\s,;|:–—-])[\s,;|:–—-]*(?P<name>.*))?"
)
_TIMES = re.compile(_TIME.format("start") + _DASH + _TIME.format("end") + r"(?:(?=[\s,;|:–—-])[\s,;|:–—-]*(?P<name>.*))?")


class Reason(models.TextChoices):
    """Why a line is no slot."""

    FORM = "form", _("is not understood: write the day, the start, the end and the name, like 2026-06-20 15:00-17:00 Matinée")
    TIMES = "times", _("is not understood: write the start, the end and the name, like 15:00-17:00 Matinée")
    DAY = "day", _("has a day or a time that does not exist")
    SKIPPED = "skipped", _("has a time that the clocks skip: they go forward that night")
    BACKWARDS = "backwards", _("ends before it starts")
    TOO_LONG = "too_long", _("is longer than the %(hours)s hours that one code covers")
    OVER = "over", _("is over already: is the day right?")
    FAR = "far", _("is more than three years away: is the year right?")
    NAME = "name", _("has too long a name: shorten it to %(length)s characters")
    TWICE = "twice", _("is there already")
    TOO_MANY = "too_many", _("is more than the %(number)s slots that are added in one go: add them afterwards")


@dataclass(frozen=True, kw_only=True)
class Misread:
    """``line`` counts from 1; ``text`` is the line, shortened."""

    line: int
    text: str = field(repr=False)
    reason: Reason

    @property
    def why(self) -> str:
        return str(self.reason.label) % {"hours": MAX_PERIOD_HOURS, "length": NAME_LIMIT, "number": MOST_AT_ONCE}


@dataclass(frozen=True, kw_only=True)
class Understood:
    slots: tuple[SlotDetails, ...]
    misread: tuple[Misread, ...]


def understand_slots(text: str, *, zone: ZoneInfo, now: datetime, there: Sequence[SlotDetails] = ()) -> Understood:
    """What each line says, in the local times of ``zone``. ``there``: slots that the event has, which are not added twice.

    An end before the start is on the next day. What is not understood is named with its line, and nothing else is lost by it.
    """
    known = {(slot.start, slot.end, slot.name) for slot in there}
    slots: list[SlotDetails] = []
    misread: list[Misread] = []
    for number, line in _lines(text):
        slot = _slot(line, zone=zone, now=now)
        if isinstance(slot, SlotDetails):
            key = (slot.start, slot.end, slot.name)
            if key in known:
                slot = Reason.TWICE
            elif len(slots) == MOST_AT_ONCE:
                slot = Reason.TOO_MANY
            else:
                known.add(key)
                slots.append(slot)
        if isinstance(slot, Reason):
            shown = line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
            misread.append(Misread(line=number, text=shown, reason=slot))
    return Understood(slots=tuple(slots), misread=tuple(misread))


def repeat_lines(times: str, *, days: Sequence[date]) -> str:
    """A list for `understand_slots`: each line of ``times`` (15:00-17:00 Matinée) on each day.

    Raises ValidationError with the lines that are not understood, or if the slots are too many.
    """
    lines = [(number, line, _TIMES.fullmatch(line)) for number, line in _lines(times)]
    errors = [
        gettext("Line %(line)s, “%(text)s”, %(why)s.") % {"line": number, "text": line[:_SHOWN], "why": Reason.TIMES.label}
        for number, line, found in lines
        if found is None
    ]
    number = len(lines) * len(days)
    if number > MOST_AT_ONCE:
        errors.append(
            gettext("These would be %(number)s slots, and at most %(most)s are added in one go. Choose fewer days at a time.")
            % {"number": number, "most": MOST_AT_ONCE}
        )
    if errors:
        raise ValidationError(errors)
    patterns = [found for _number, _line, found in lines if found]
    return "\n".join(
        f"{day:%Y-%m-%d} {found['start']}-{found['end']} {found['name'] or ''}".rstrip() for day in days for found in patterns
    )


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        cleaned = clean_line(line.replace("\t", ";")).strip(" ,;\ufeff")
        if cleaned:
            yield number, cleaned


def _slot(line: str, *, zone: ZoneInfo, now: datetime) -> SlotDetails | Reason:
    found = _LINE.fullmatch(line)
    if found is None:
        return Reason.FORM
    name = (found["name"] or "").strip()
    if len(name) > NAME_LIMIT:
        return Reason.NAME
    try:
        first = _local(_day(found["day"]), found["start"])
        last = _local(_day(found["last_day"] or found["day"]), found["end"])
        if last <= first and not found["last_day"]:
            last += timedelta(days=1)
        start, end = moment_of(first, zone), moment_of(last, zone, later=True)
    except SkippedTime:
        return Reason.SKIPPED
    except ValueError:
        return Reason.DAY
    reason = _refusal(start, end, now)
    return SlotDetails(name=name, start=start, end=end) if reason is None else reason


def _refusal(start: datetime, end: datetime, now: datetime) -> Reason | None:
    if end <= start:
        return Reason.BACKWARDS
    if end <= now:
        return Reason.OVER
    if start > now + MOST_AHEAD:
        return Reason.FAR
    return None if fits_one_period(start=start, end=end) else Reason.TOO_LONG


def _day(text: str) -> date:
    year, month, day = (int(part) for part in (text.split("-") if "-" in text else re.split("[./]", text)[::-1]))
    if year not in YEARS:
        raise ValueError(year)
    return date(year, month, day)


def _local(day: date, text: str) -> datetime:
    """An hour alone is a full one; 24:00 ends the day. Raises ValueError."""
    hours, minutes = (int(part) for part in (*re.findall("[0-9]+", text), "0")[:2])
    if minutes > 59 or hours * 60 + minutes > 24 * 60:
        raise ValueError(text)
    return datetime.combine(day, time()) + timedelta(hours=hours, minutes=minutes)
