import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clea_portal.codes.periods import Calendar, Period
from clea_portal.protocol.ntp import to_ntp

PARIS = ZoneInfo("Europe/Paris")


def calendar(hours=("04:00",), zone=PARIS, days=1):
    return Calendar(hours=hours, zone=zone, anchor=date(2026, 1, 1), days=days)


def test_a_day_from_one_renewal_to_the_next():
    (period,) = calendar().starting(first_day=date(2026, 6, 3), last_day=date(2026, 6, 3))
    assert period == Period(t_period_start=to_ntp(datetime(2026, 6, 3, 2, tzinfo=UTC)), hours=24)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 23), (date(2026, 10, 24), 25), (date(2026, 6, 3), 24)])
def test_days_on_which_the_clocks_change(day, hours):
    (period,) = calendar().starting(first_day=day, last_day=day)
    assert period.hours == hours


def test_services_of_a_day():
    periods = calendar(("04:00", "16:00")).starting(first_day=date(2026, 6, 3), last_day=date(2026, 6, 4))
    assert [(period.start.astimezone(PARIS).hour, period.hours) for period in periods] == [(4, 12), (16, 12), (4, 12), (16, 12)]


def test_several_days_count_from_the_anchor():
    periods = calendar(days=7).starting(first_day=date(2026, 1, 2), last_day=date(2026, 1, 31))
    assert [period.start.astimezone(PARIS).date() for period in periods] == [
        date(2026, 1, 8),
        date(2026, 1, 15),
        date(2026, 1, 22),
        date(2026, 1, 29),
    ]
    assert {period.hours for period in periods} == {168}


def test_the_longest_period():
    assert [period.hours for period in calendar(days=10).starting(first_day=date(2026, 10, 18), last_day=date(2026, 10, 27))] == [
        241
    ]


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Guadeloupe", "Pacific/Noumea", "Asia/Kolkata", "Asia/Kathmandu"])
def test_a_year_without_gap_or_overlap(zone):
    periods = calendar(zone=ZoneInfo(zone)).starting(first_day=date(2026, 1, 1), last_day=date(2026, 12, 31))
    assert len(periods) == 365
    assert all(before.end == after.start for before, after in itertools.pairwise(periods))
    assert all(period.t_period_start % 3600 == 0 for period in periods)


def test_the_hour_that_the_clocks_skip_makes_no_empty_period():
    periods = calendar(("02:00", "03:00")).starting(first_day=date(2026, 3, 28), last_day=date(2026, 3, 30))
    assert [period.hours for period in periods] == [1, 23, 23, 1, 23]
    assert all(before.end == after.start for before, after in itertools.pairwise(periods))


def test_zones_off_the_round_hour_are_rounded_and_say_so():
    india = calendar(zone=ZoneInfo("Asia/Kolkata"))
    (period,) = india.starting(first_day=date(2026, 6, 3), last_day=date(2026, 6, 3))
    assert period.start == datetime(2026, 6, 2, 22, tzinfo=UTC)
    assert (india.is_rounded, calendar().is_rounded) == (True, False)


def test_midnight_rounded_into_the_day_before_still_belongs_to_its_day():
    (period,) = calendar(("00:00",), zone=ZoneInfo("Asia/Kolkata")).starting(
        first_day=date(2026, 6, 3), last_day=date(2026, 6, 3)
    )
    assert (period.start, period.hours) == (datetime(2026, 6, 2, 18, tzinfo=UTC), 24)


def test_the_period_of_a_moment():
    moment = datetime(2026, 6, 3, 1, 59, 59, tzinfo=UTC)
    assert calendar().at(moment).start == datetime(2026, 6, 2, 2, tzinfo=UTC)
    assert calendar().at(moment + timedelta(seconds=1)).start == datetime(2026, 6, 3, 2, tzinfo=UTC)


def test_the_periods_of_a_span():
    span = calendar().between(datetime(2026, 6, 3, 1, tzinfo=UTC), datetime(2026, 6, 4, 2, tzinfo=UTC))
    assert [period.start.day for period in span] == [2, 3]


def test_several_days_with_several_hours_are_refused():
    with pytest.raises(ValueError, match="one hour"):
        calendar(("04:00", "16:00"), days=2)
