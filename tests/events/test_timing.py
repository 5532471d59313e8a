from datetime import UTC, datetime, timedelta

import pytest

from clea_portal.authorities.enums import AsynchronousStyle
from clea_portal.codes.issuing import Timing
from clea_portal.codes.periods import Period
from clea_portal.protocol.lsp import LspType
from clea_portal.protocol.ntp import to_ntp
from events.timing import EventTooLong, asynchronous_timing, period_of, synchronous_timing
from tests.events.making import END, PARIS, START


def utc(day, hour, minute=0, second=0):
    return datetime(2026, 6, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        (utc(20, 15), utc(20, 18), utc(20, 14), utc(20, 19)),
        (utc(20, 15, 10), utc(20, 18, 10), utc(20, 14), utc(20, 19)),
        (utc(20, 15, 59, 59), utc(20, 17, 59, 59), utc(20, 14), utc(20, 18)),
        (utc(20, 0), utc(20, 0, 1), utc(19, 23), utc(20, 1)),
    ],
)
def test_period_goes_from_an_hour_before_to_past_the_end_on_round_hours(start, end, first, last):
    period = period_of(start=start, end=end)
    assert (period.start, period.end) == (first, last)
    assert period == Period(t_period_start=to_ntp(first), hours=(last - first) // timedelta(hours=1))


def test_period_of_the_night_on_which_the_clocks_go_back_has_one_hour_more():
    start, end = datetime(2026, 10, 24, 22, tzinfo=PARIS), datetime(2026, 10, 25, 5, tzinfo=PARIS)
    assert period_of(start=start, end=end).hours == 1 + 8 + 1


def test_period_of_the_night_on_which_the_clocks_go_forward_has_one_hour_less():
    start, end = datetime(2026, 3, 28, 22, tzinfo=PARIS), datetime(2026, 3, 29, 5, tzinfo=PARIS)
    assert period_of(start=start, end=end).hours == 1 + 6 + 1


def test_period_of_254_hours_is_the_longest():
    start = utc(1, 12)
    assert period_of(start=start, end=start + timedelta(hours=253, seconds=-1)).hours == 254
    with pytest.raises(EventTooLong):
        period_of(start=start, end=start + timedelta(hours=253))


def test_synchronous_timing():
    first = to_ntp(utc(20, 12))
    assert synchronous_timing(period_of(start=START, end=END)) == Timing(
        t_period_start=first, t_qr_start=first, period_duration=13, cri_exp=31, lsp_type=LspType.SYNCHRONOUS
    )


def test_asynchronous_timing_of_type_1_has_the_start_and_whole_hours():
    first = to_ntp(utc(20, 12))
    assert asynchronous_timing(start=START, end=END, style=AsynchronousStyle.TYPE_1) == Timing(
        t_period_start=first,
        t_qr_start=first,
        period_duration=13,
        cri_exp=31,
        lsp_type=LspType.ASYNCHRONOUS,
        t_event=to_ntp(START),
        visit_duration=12,
    )


def test_asynchronous_timing_by_parameter_has_the_start_in_unix_seconds():
    first = to_ntp(utc(20, 12))
    assert asynchronous_timing(start=START, end=END, style=AsynchronousStyle.PARAMETER) == Timing(
        t_period_start=first,
        t_qr_start=first,
        period_duration=13,
        cri_exp=31,
        lsp_type=LspType.SYNCHRONOUS,
        t=int(START.timestamp()),
    )
