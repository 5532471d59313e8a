"""iCalendar files (RFC 5545), as far as events need them: all times in UTC, so that no zone has to be described."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//CLEA portal//EN"
LINE_OCTETS = 75
# What no text may hold; a line break inside one is written as \n.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_SPECIAL = re.compile(r"[\\;,]")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """``uid`` stays the same for ever; ``sequence`` grows with each change. Aware moments."""

    uid: str
    start: datetime
    end: datetime
    summary: str = field(repr=False)
    description: str = field(default="", repr=False)
    url: str = field(default="", repr=False)
    created: datetime
    modified: datetime
    sequence: int = 0


def write_calendar(entries: Iterable[Entry], *, name: str, refresh_minutes: int | None = None) -> bytes:
    """``refresh_minutes``: for a feed, how often programs should look again."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", f"X-WR-CALNAME:{_text(name)}"]
    if refresh_minutes is not None:
        lines += [f"REFRESH-INTERVAL;VALUE=DURATION:PT{refresh_minutes}M", f"X-PUBLISHED-TTL:PT{refresh_minutes}M"]
    for entry in entries:
        lines += _event(entry)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(entry: Entry) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(entry.uid)}"
    # Without a METHOD, the same as LAST-MODIFIED (RFC 5545, 3.8.7.2): the file only changes when the event does.
    yield f"DTSTAMP:{_moment(entry.modified)}"
    yield f"CREATED:{_moment(entry.created)}"
    yield f"LAST-MODIFIED:{_moment(entry.modified)}"
    yield f"SEQUENCE:{entry.sequence}"
    yield f"DTSTART:{_moment(entry.start)}"
    yield f"DTEND:{_moment(entry.end)}"
    yield f"SUMMARY:{_text(entry.summary)}"
    if entry.description:
        yield f"DESCRIPTION:{_text(entry.description)}"
    if entry.url:
        # A URI, not a text: nothing in it is escaped.
        yield f"URL:{_CONTROL.sub('', entry.url)}"
    # The organiser works there: nobody is told to be busy because of it.
    yield "TRANSP:TRANSPARENT"
    yield "CLASS:PRIVATE"
    yield "END:VEVENT"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    plain = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", plain).replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """In pieces of at most LINE_OCTETS, none of which ends within a character."""
    pieces, piece = [], b""
    for character in line:
        octets = character.encode(errors="replace")
        if len(piece) + len(octets) > LINE_OCTETS:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"
