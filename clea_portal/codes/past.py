"""The codes of a place's recent past, for its own manager: to compare them with the public list, or to share one of them.

They are made anew inside the manager's request and kept nowhere: nothing stored leads from an LTId to a place.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from clea_portal.codes.models import IssuedCode
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import decode_header

# What phones and cluster servers look back on.
DAYS_BACK = 14


@dataclass(frozen=True, kw_only=True)
class PastCode:
    """A code that counted in a span; ``valid_until`` is None for one without an end.

    ``key`` names it among the codes of its place. ``make_link`` gives its deep link: as it was issued, or, for a code that
    displays or devices showed, made again for the whole period, so that a cluster server takes every hour of it.
    """

    key: str
    room: str = field(repr=False)
    valid_from: datetime
    valid_until: datetime | None
    ltid: UUID = field(repr=False)
    make_link: Callable[[], str] = field(repr=False)


def ltid_of(code: IssuedCode) -> UUID:
    return decode_header(parse_link(code.deep_link).lsp).ltid


def day_span(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A local day, from midnight to midnight: 23, 24 or 25 hours."""
    start, end = (datetime.combine(one, time(0), tzinfo=zone) for one in (day, day + timedelta(days=1)))
    return start, end


def recent_days(today: date) -> list[date]:
    """Today and the days before it, newest first, that are still of use to anybody."""
    return [today - timedelta(days=days) for days in range(DAYS_BACK + 1)]


def each_once(codes: Sequence[PastCode]) -> list[PastCode]:
    """One code for each LTId, the first: paper, tablets and staff of one room share theirs."""
    return list({code.ltid: code for code in reversed(codes)}.values())[::-1]
