from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from mct.enums import CaseState, DeclarationState, Entry, Problem
from mct.figure_page import duration, file_rows, show
from mct.figures import UNSAID, Age, Figures, Origin, Outcome, Period, Stage, count
from mct.models import TimelineEntry
from tests.factories import CaseCodeFactory, CaseFactory, RegionFactory, declaration_of, linked_case
from tests.mct.counted import count_everything

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 20, 10, tzinfo=UTC)
WEEK = Period(first=date(2026, 6, 14), last=date(2026, 6, 20))
S, D = CaseState, DeclarationState


@pytest.fixture
def region():
    return RegionFactory()


def counted(region, period=WEEK):
    count_everything()
    return count([region.pk], period=period, now=NOW)


def case(hours_ago=1, **fields):
    at = NOW - timedelta(hours=hours_ago)
    return CaseFactory(created_at=at, exposure_start=at - timedelta(hours=5), **fields)


def declared(hours_ago, outcome, *, after=None, **fields):
    made = linked_case(created_at=NOW - timedelta(hours=hours_ago), **fields)
    at = made.created_at + after if after is not None else None
    declaration_of(made, state=outcome, published_at=at)
    return made


def test_nothing_is_counted_where_there_is_nothing(region):
    found = counted(region)
    assert (found.registered, found.published, found.median, found.p95) == (0, 0, None, None)
    assert found.by_day == {day: Counter() for day in WEEK.days}
    assert len(WEEK.days) == 7


@pytest.mark.parametrize("zone", ["Europe/Paris", "Pacific/Auckland"])
def test_cases_are_counted_by_the_day_of_the_country_s_zone_and_by_stage(region, zone):
    # 22:30 in UTC is after midnight in Paris.
    CaseFactory(created_at=datetime(2026, 6, 15, 22, 30, tzinfo=UTC))
    for state in (S.READY, S.AWAITING_APPROVAL, S.DECLARED, S.PUBLISHED, S.CLOSED):
        CaseFactory(created_at=datetime(2026, 6, 15, 12, tzinfo=UTC), state=state)
    CaseFactory(created_at=datetime(2026, 6, 13, 21, 59, tzinfo=UTC))
    CaseFactory(region=RegionFactory(number=69), created_at=datetime(2026, 6, 15, 12, tzinfo=UTC))
    # Whoever asks, wherever they are.
    with timezone.override(ZoneInfo(zone)):
        found = counted(region)
    assert {day: counts for day, counts in found.by_day.items() if counts} == {
        date(2026, 6, 15): Counter({Stage.OPEN: 2, Stage.UNDER_WAY: 1, Stage.PUBLISHED: 1, Stage.CLOSED: 1}),
        date(2026, 6, 16): Counter({Stage.OPEN: 1}),
    }
    assert found.registered == 6


def test_every_state_has_a_stage(region):
    for state in S:
        case(state=state)
    assert sum(sum(counts.values()) for counts in counted(region).by_day.values()) == len(S)


def test_origins(region):
    for entries in ([Entry.PICTURE_READ], [Entry.PICTURE_READ, Entry.LINK_ADDED], [Entry.LINK_ADDED], [Entry.CODE_SHARED]):
        made = case()
        CaseCodeFactory.create_batch(2, case=made)
        for entry in entries:
            TimelineEntry.objects.create(case=made, entry=entry)
    unread = case()
    TimelineEntry.objects.create(case=unread, entry=Entry.PICTURE_UNREADABLE)
    assert counted(region).origins == Counter({Origin.PICTURE: 2, Origin.LINK: 1, Origin.MANAGER: 1, Origin.NONE: 1})


def test_outcomes(region):
    declared(3, D.PUBLISHED, after=timedelta(hours=1), state=S.CLOSED)
    declared(3, D.ACCEPTED, state=S.DECLARED)
    declared(3, D.UNKNOWN, state=S.NEEDS_ATTENTION, problem=Problem.UNKNOWN_OUTCOME)
    declared(3, D.REFUSED, state=S.NEEDS_ATTENTION, problem=Problem.REFUSED)
    declared(3, D.HELD, state=S.DECLARING)
    declared(3, D.WITHDRAWN, state=S.CLOSED)
    case()
    assert counted(region).outcomes == Counter({outcome.value: 1 for outcome in Outcome})


def test_backlog_is_of_now_whenever_it_was_registered(region):
    for hours in (0.5, 2, 10, 30, 100, 2000):
        case(hours)
    for state in (S.LINKING, S.DECLARING, S.DECLARED, S.PUBLISHED, S.CLOSED):
        case(state=state)
    assert counted(region).ages == Counter({age.value: 1 for age in Age})


def test_time_to_the_first_publication_by_nearest_rank(region):
    for minutes in range(1, 21):
        declared(20, D.PUBLISHED, after=timedelta(minutes=minutes), state=S.PUBLISHED)
    found = counted(region)
    assert (found.published, found.median, found.p95) == (20, timedelta(minutes=10), timedelta(minutes=19))


def test_case_that_joined_published_hours_took_no_time_and_the_first_of_several_counts(region):
    joined = declared(20, D.PUBLISHED, after=-timedelta(hours=2), state=S.PUBLISHED)
    later = {"start": joined.exposure_end, "end": joined.exposure_end + timedelta(hours=1)}
    declaration_of(joined, state=D.PUBLISHED, published_at=joined.created_at + timedelta(hours=9), **later)
    found = counted(region)
    assert (found.published, found.median, found.p95) == (1, timedelta(0), timedelta(0))


@pytest.mark.parametrize("rows", [1, 3])
def test_number_of_queries_does_not_grow_with_the_cases(region, rows, django_assert_num_queries):
    for _ in range(rows):
        declared(3, D.PUBLISHED, after=timedelta(hours=1), state=S.PUBLISHED)
    count_everything()
    with django_assert_num_queries(4):
        count([region.pk], period=WEEK, now=NOW)


def some(number, minutes=62):
    return Figures(
        by_day={day: Counter({Stage.OPEN: number}) if day == WEEK.last else Counter() for day in WEEK.days},
        origins=Counter({Origin.PICTURE: number}),
        outcomes=Counter({Outcome.OPEN: number}),
        ages=Counter({Age.DAY: number}),
        types=Counter({UNSAID: number}),
        countries=frozenset(),
        published=number,
        median=timedelta(minutes=minutes),
        p95=timedelta(minutes=2 * minutes),
    )


def numbers(shown):
    lines = [*shown.origins, *shown.outcomes, *shown.ages]
    return {str(number) for day in shown.days for number in [*day.numbers, day.total]} | {str(line.number) for line in lines}


def test_exact_figures_are_shown_as_they_are():
    shown = show(some(3), period=WEEK, is_guarded=False)
    assert numbers(shown) == {"0", "3"}
    assert [fact["value"] for fact in shown.facts] == ["3", "3", "1 h 2 min", "2 h 4 min", "100 %"]


def test_guarded_figures_hide_small_numbers_everywhere():
    shown = show(some(3), period=WEEK, is_guarded=True)
    assert numbers(shown) == {"<5"}
    assert [fact["value"] for fact in shown.facts] == ["<5", "<5", "", "", ""]
    assert {line.percent for line in [*shown.origins, *shown.outcomes, *shown.ages]} == {None}
    assert shown.drawing.bars == []


def test_guarded_times_are_those_of_enough_cases_and_rounded():
    times = [[fact["value"] for fact in show(some(n), period=WEEK, is_guarded=True).facts][2:4] for n in (5, 20)]
    assert times == [["1 h", ""], ["1 h", "2 h 5 min"]]


def test_file_hides_small_numbers_and_has_a_row_for_each_figure():
    heading, rows = file_rows(some(3), period=WEEK)
    assert heading == ("figure", "day", "of which", "cases")
    assert len(rows) == 7 * len(Stage) + len(Origin) + len(Outcome) + len(Age) + 2
    assert {row[3] for row in rows} == {"<5", None}
    rows = file_rows(some(23), period=WEEK)[1]
    assert [row for row in rows if row[3] != "<5"] == [
        ("cases by state and day", WEEK.last, "to be done", 20),
        ("how the code came", None, "read from a picture", 20),
        ("outcome", None, "still to be done", 20),
        ("backlog by age", None, "4 to 24 hours", 20),
        ("from registration to published", None, "median (minutes)", 60),
        ("from registration to published", None, "95th percentile (minutes)", 125),
    ]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0.2, "under a minute"), (12, "12 min"), (60, "1 h"), (75, "1 h 15 min"), (1440, "1 day"), (3000, "2 days 2 h")],
)
def test_duration(minutes, words):
    assert duration(timedelta(minutes=minutes)) == words
    assert duration(None) == ""
