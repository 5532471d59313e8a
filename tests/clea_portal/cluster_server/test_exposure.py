from datetime import UTC, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clea_portal.cluster_server.exposure import Call, ExposureRule, plan_form_calls, uncovered

HALF_HOURS = ExposureRule(slot_seconds=1800, slots_before=2, slots_after=2)
DAY = datetime(2021, 6, 12, tzinfo=UTC)


def at(clock: str) -> datetime:
    hours, minutes = clock.split(":")
    return DAY + timedelta(hours=int(hours), minutes=int(minutes))


def test_flagged_instant_inside_a_slot_flags_whole_slots():
    assert HALF_HOURS.flagged(at("12:10")) == (at("11:00"), at("13:30"))


def test_flagged_first_second_of_a_slot_belongs_to_it():
    assert ExposureRule(1800, 0, 1).flagged(at("12:30")) == (at("12:30"), at("13:30"))


def test_flagged_zone_of_half_an_hour_stays_on_the_utc_grid():
    rule = ExposureRule(3600, 0, 0)
    assert rule.flagged(datetime(2021, 6, 12, 12, 10, tzinfo=ZoneInfo("Asia/Kolkata"))) == (at("06:00"), at("07:00"))


@pytest.mark.parametrize("numbers", [(0, 0, 0), (90, 0, 0), (1800, -1, 0), (1800, 0, -1)])
def test_rule_impossible_numbers_are_refused(numbers):
    with pytest.raises(ValueError, match="slot"):
        ExposureRule(*numbers)


def test_plan_short_span_takes_one_call_at_its_start():
    assert plan_form_calls(start=at("12:10"), end=at("13:00"), rule=HALF_HOURS) == [
        Call(at("12:30"), at("11:30"), at("14:00")),
    ]


def test_plan_six_hours_take_three_calls_with_instants_inside():
    assert plan_form_calls(start=at("12:00"), end=at("18:00"), rule=HALF_HOURS) == [
        Call(at("13:00"), at("12:00"), at("14:30")),
        Call(at("15:30"), at("14:30"), at("17:00")),
        Call(at("17:30"), at("16:30"), at("19:00")),
    ]


def test_plan_leaves_out_what_is_covered():
    covered = [(at("14:00"), at("16:30")), (at("13:00"), at("14:30"))]
    assert plan_form_calls(start=at("12:00"), end=at("17:00"), rule=HALF_HOURS, covered=covered) == [
        Call(at("13:00"), at("12:00"), at("14:30")),
        Call(at("16:30"), at("15:30"), at("18:00")),
    ]


def test_plan_everything_covered_needs_no_call():
    covered = [(at("11:00"), at("18:00"))]
    assert plan_form_calls(start=at("12:00"), end=at("17:00"), rule=HALF_HOURS, covered=covered) == []


def test_plan_never_declares_the_future():
    calls = plan_form_calls(start=at("12:00"), end=at("20:00"), rule=HALF_HOURS, latest=at("13:10"))
    assert calls == [Call(at("13:00"), at("12:00"), at("14:30"))]
    assert uncovered(start=at("12:00"), end=at("20:00"), covered=[(call.start, call.end) for call in calls]) == [
        (at("14:30"), at("20:00"))
    ]


def test_plan_span_not_begun_yet_has_no_call():
    assert plan_form_calls(start=at("12:10"), end=at("13:00"), rule=HALF_HOURS, latest=at("12:05")) == []


def test_plan_span_without_a_whole_minute_takes_the_minute_before():
    rule = ExposureRule(1800, 0, 0)
    start = at("12:29") + timedelta(seconds=30)
    assert plan_form_calls(start=start, end=at("12:31"), rule=rule) == [
        Call(at("12:29"), at("12:00"), at("12:30")),
        Call(at("12:30"), at("12:30"), at("13:00")),
    ]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (at("12:00"), at("12:00")),
        (at("12:00"), at("11:00")),
        (at("12:00").replace(tzinfo=None), at("13:00")),
        (at("12:00"), at("13:00").replace(tzinfo=None)),
    ],
)
def test_plan_impossible_span_is_refused(start, end):
    with pytest.raises(ValueError, match=r"span|moment"):
        plan_form_calls(start=start, end=end, rule=HALF_HOURS)


def covers(span, calls):
    return uncovered(start=span[0], end=span[1], covered=[(call.start, call.end) for call in calls]) == []


minutes = st.integers(0, 11 * 20)
spans = st.tuples(minutes, st.integers(1, 5 * 20)).map(
    lambda pair: (DAY + timedelta(minutes=pair[0]), DAY + timedelta(minutes=pair[0] + pair[1]))
)


@given(
    span=spans,
    covered=st.lists(spans, max_size=2),
    rule=st.builds(ExposureRule, st.just(1200), st.integers(0, 2), st.integers(0, 2)),
    latest=st.none() | minutes.map(lambda minute: DAY + timedelta(minutes=minute)),
)
def test_plan_is_complete_and_as_small_as_brute_force(span, covered, rule, latest):
    start, end = span
    calls = plan_form_calls(start=start, end=end, rule=rule, covered=covered, latest=latest)

    assert all(start <= call.instant < end for call in calls)
    assert all(call.instant <= latest for call in calls if latest is not None)
    assert all(rule.flagged(call.instant) == (call.start, call.end) for call in calls)

    # Every minute that could be declared; what none of them flags cannot be asked of the plan.
    last = end - timedelta(minutes=1) if latest is None else min(end - timedelta(minutes=1), latest)
    candidates = sorted(
        {rule.flagged(start + timedelta(minutes=n)) for n in range(int((last - start).total_seconds() // 60) + 1)}
    )
    todo = [
        part
        for left in uncovered(start=start, end=end, covered=covered)
        for part in [(left[0], min(left[1], candidates[-1][1]) if candidates else left[0])]
        if part[0] < part[1]
    ]
    assert all(covers(part, calls) for part in todo)
    for fewer in range(len(calls)):
        for choice in combinations(candidates, fewer):
            assert any(uncovered(start=part[0], end=part[1], covered=choice) for part in todo)
