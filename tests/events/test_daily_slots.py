from datetime import datetime, timedelta

import pytest

from events.daily_slots import day_and_night, opening_hours, proposals
from events.models import Event
from tests.events.making import PARIS


def event(start, end):
    return Event(start=datetime(*start, tzinfo=PARIS), end=datetime(*end, tzinfo=PARIS), time_zone="Europe/Paris")


def spans(slots):
    return [(f"{slot.start.astimezone(PARIS):%d %H:%M}", f"{slot.end.astimezone(PARIS):%d %H:%M}") for slot in slots]


def test_fair_opens_every_day_at_the_same_hours():
    fair = event((2026, 6, 19, 10), (2026, 6, 21, 19, 30))
    assert spans(opening_hours(fair)) == [("19 10:00", "19 19:30"), ("20 10:00", "20 19:30"), ("21 10:00", "21 19:30")]


def test_festival_of_evenings_ends_after_midnight():
    festival = event((2026, 6, 19, 18), (2026, 6, 21, 2))
    assert spans(opening_hours(festival)) == [("19 18:00", "20 02:00"), ("20 18:00", "21 02:00")]


def test_camp_goes_on_day_and_night_without_a_gap():
    camp = event((2026, 6, 19, 14), (2026, 6, 21, 16))
    assert spans(day_and_night(camp)) == [("19 14:00", "20 05:00"), ("20 05:00", "21 05:00"), ("21 05:00", "21 16:00")]
    early = event((2026, 6, 19, 3), (2026, 6, 21, 5))
    assert spans(day_and_night(early)) == [("19 03:00", "19 05:00"), ("19 05:00", "20 05:00"), ("20 05:00", "21 05:00")]


@pytest.mark.parametrize(("day", "hours"), [((2026, 10, 23), 25), ((2027, 3, 26), 23)])
def test_day_on_which_the_clocks_change_is_longer_or_shorter(day, hours):
    start = datetime(*day, 5, tzinfo=PARIS)
    camp = Event(start=start, end=start + timedelta(days=4), time_zone="Europe/Paris")
    slots = day_and_night(camp)
    assert timedelta(hours=hours) in {slot.end - slot.start for slot in slots}
    assert [slot.end for slot in slots[:-1]] == [slot.start for slot in slots[1:]]


def test_nothing_is_proposed_for_a_day_or_for_more_days_than_are_added_in_one_go():
    assert proposals(event((2026, 6, 19, 15), (2026, 6, 20, 15))) == {}
    assert set(proposals(event((2026, 6, 19, 15), (2026, 6, 20, 16)))) == {"opening_hours", "day_and_night"}
    assert proposals(event((2026, 6, 19, 15), (2026, 12, 20, 16))) == {}
