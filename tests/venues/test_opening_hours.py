from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from venues.opening_hours import (
    BadHours,
    Overlapping,
    TooManySpans,
    open_at,
    parse_day,
    propose_hours,
    quietest_hour,
    real_times,
    spans_of,
    write_day,
)

NOW = datetime(2026, 6, 3, 14, tzinfo=UTC)


def week(**days):
    """Opening hours of a week: ``week(mon="12-14", rest="12-14, 19-23")``."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    rest = days.pop("rest", "")
    return [span for number, name in enumerate(names) for span in parse_day(number, days.get(name, rest))]


RESTAURANT = week(mon="", rest="12:00–14:30, 19:00–23:00")
CLUB = week(thu="23-5", fri="23-7", sat="23-7")
HOTEL = week(rest="00:00-24:00")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12:00–14:30, 19:00–23:00", "12:00–14:30, 19:00–23:00"),
        ("12h-14h30 et 19h–2h", "12:00–14:30, 19:00–02:00"),
        ("19.00 to 23.30; 8 à 10", "08:00–10:00, 19:00–23:30"),
        ("18-24", "18:00–00:00"),
        ("0-24", "00:00–00:00"),
        ("22:00 — 6:00", "22:00–06:00"),
        ("  ", ""),
    ],
)
def test_days_as_people_write_them(text, expected):
    assert write_day(parse_day(2, text)) == expected


@pytest.mark.parametrize("text", ["noon", "12", "12:00-", "25-26", "12:60-13", "24:30-3", "12:00-14:00-16:00", "1" * 5000])
def test_what_is_no_span_is_refused(text):
    with pytest.raises(BadHours):
        parse_day(0, text)


@pytest.mark.parametrize("text", ["12-15, 14-18", "18-4, 2-6", "8-7, 9-10"])
def test_overlapping_spans_are_refused(text):
    with pytest.raises(Overlapping):
        parse_day(0, text)


def test_more_spans_than_a_day_has_meals_are_refused():
    with pytest.raises(TooManySpans):
        parse_day(0, "1-2,3-4,5-6,7-8,9-10")


def test_stored_spans_come_in_the_order_of_the_week():
    stored = [{"day": 6, "open": "10:00", "close": "12:00"}, {"day": 0, "open": "18:00", "close": "02:00"}]
    assert [(span.day, str(span)) for span in spans_of(stored)] == [(0, "18:00–02:00"), (6, "10:00–12:00")]


@pytest.mark.parametrize(
    ("spans", "time", "expected"),
    [
        (RESTAURANT, "04:00", []),
        (RESTAURANT, "16:00", []),
        (RESTAURANT, "20:00", [(day, "19:00–23:00") for day in range(1, 7)]),
        (RESTAURANT, "12:00", []),
        (RESTAURANT, "23:00", []),
        (CLUB, "04:00", [(3, "23:00–05:00"), (4, "23:00–07:00"), (5, "23:00–07:00")]),
        (CLUB, "06:00", [(4, "23:00–07:00"), (5, "23:00–07:00")]),
        (week(sun="22-6"), "04:00", [(6, "22:00–06:00")]),
        (week(wed="12-15, 15-18"), "15:00", [(2, "15:00–18:00")]),
        (HOTEL, "04:00", [(day, "00:00–00:00") for day in range(7)]),
        (HOTEL, "00:00", [(day, "00:00–00:00") for day in range(7)]),
        ([], "12:00", []),
    ],
)
def test_when_a_place_is_open_at_an_hour(spans, time, expected):
    assert sorted({(span.day, str(span)) for span in open_at(spans, time)}) == expected


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], ["04:00"]),
        # Closed from 23 to 12, and from 14:30 to 19.
        (RESTAURANT, ["05:00", "17:00"]),
        (week(rest="9-18"), ["01:00"]),
        # Closed from seven in the morning to eleven at night.
        (CLUB, ["15:00"]),
        (HOTEL, []),
        # A Sunday without a break leaves only the night.
        (week(sun="11-23", rest="12:00–14:30, 19:00–23:00"), ["05:00"]),
        # Closed for half an hour without a whole hour in it.
        (week(rest="04:45-04:15"), []),
        (week(rest="04:30-04:00"), ["04:00"]),
    ],
)
def test_proposed_hours_are_the_middles_of_the_closed_times_of_all_days(spans, expected):
    assert propose_hours(spans) == expected
    assert all(open_at(spans, hour) == [] for hour in expected)


def test_quietest_hour_of_a_place_that_never_closes_is_four_in_the_morning():
    assert quietest_hour(HOTEL) == "04:00"


def test_quietest_hour_is_open_on_the_fewest_days():
    assert quietest_hour(week(rest="6-2", sat="6-6")) == "04:00"
    assert quietest_hour(week(rest="20-14", mon="20-11", tue="2-1")) == "14:00"


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/Paris", ["04:00"]),
        ("Pacific/Noumea", ["04:00"]),
        ("Asia/Kolkata", ["03:30"]),
        ("Asia/Kathmandu", ["03:45"]),
        ("Pacific/Marquesas", ["03:30"]),
        ("Australia/Lord_Howe", ["03:30", "04:00"]),
    ],
)
def test_real_times_of_a_renewal(zone, expected):
    assert real_times("04:00", ZoneInfo(zone), at=NOW) == expected
