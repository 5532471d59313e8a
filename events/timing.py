"""Which hours the codes of an event cover."""

import math
from datetime import datetime

from clea_portal.authorities.enums import AsynchronousStyle
from clea_portal.codes.issuing import HOUR, Timing
from clea_portal.codes.periods import MAX_PERIOD_HOURS, Period
from clea_portal.protocol.lsp import LspType
from clea_portal.protocol.ntp import NTP_OFFSET, to_ntp


class EventTooLong(ValueError):
    """The period would have more than MAX_PERIOD_HOURS."""


def period_of(*, start: datetime, end: datetime) -> Period:
    """From the round hour at or before one hour before the start, to the next round hour after the end. Raises EventTooLong.

    Real hours, not those of the wall clock: a night on which the clocks change has one more or one less.
    """
    first = (to_ntp(start) - HOUR) // HOUR * HOUR
    hours = (to_ntp(end) - first) // HOUR + 1
    if hours > MAX_PERIOD_HOURS:
        raise EventTooLong
    return Period(t_period_start=first, hours=hours)


def fits_one_period(*, start: datetime, end: datetime) -> bool:
    try:
        period_of(start=start, end=end)
    except EventTooLong:
        return False
    return True


def synchronous_timing(period: Period, *, staff: bool = False) -> Timing:
    """Of a code that is scanned on coming in, or by those who work there."""
    start = period.t_period_start
    return Timing(t_period_start=start, t_qr_start=start, period_duration=period.hours, staff=staff)


def asynchronous_timing(*, start: datetime, end: datetime, style: AsynchronousStyle) -> Timing:
    """The same period, hence the same LTId under one SK_L, and the event's start: in the LSP (type 1) or as ``t`` (type 0)."""
    period = period_of(start=start, end=end)
    t_event = to_ntp(start)
    if style == AsynchronousStyle.PARAMETER:
        return Timing(
            t_period_start=period.t_period_start,
            t_qr_start=period.t_period_start,
            period_duration=period.hours,
            t=t_event - NTP_OFFSET,
        )
    return Timing(
        t_period_start=period.t_period_start,
        t_qr_start=period.t_period_start,
        period_duration=period.hours,
        lsp_type=LspType.ASYNCHRONOUS,
        t_event=t_event,
        visit_duration=math.ceil((to_ntp(end) - t_event) / HOUR),
    )
