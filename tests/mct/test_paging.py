"""Pages by keyset: whatever happens between two pages, no row comes twice and none is lost."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clea_portal.paging import count_all, newest, read_page
from mct import searching
from mct.enums import CaseState, ClosingReason, CodeKind, Problem
from mct.filters import SORTS, TABS
from mct.models import Case, CaseCode, CaseWord
from mct.searching import digests, tokens
from mct.selection import ORDERS, QUICK
from tests.factories import CaseFactory, RegionFactory, new_code

pytestmark = pytest.mark.django_db
C = CaseState
SIZE = 4
every_order = pytest.mark.parametrize("order", ORDERS.values(), ids=lambda order: order.name)


@pytest.fixture
def cases():
    """Of three regions and two states; by every order, about three share each value."""
    now, chance = timezone.now(), random.Random(7)
    regions = [RegionFactory(number=number) for number in (38, 69, 75)]

    def some_day():
        return now - timedelta(days=chance.randrange(10))

    rows = []
    for number in range(30):
        start = some_day()
        fields = {"created_at": some_day(), "state_changed_at": some_day(), "follow_up_on": some_day().date()}
        fields |= {"exposure_start": start, "exposure_end": start + timedelta(hours=1), "state": (C.DRAFT, C.READY)[number % 2]}
        rows.append(CaseFactory.build(region=regions[number % 3], **fields))
    return Case.objects.bulk_create(rows)


def parts():
    regions = Case.objects.order_by().values_list("region", flat=True).distinct()
    return [Case.objects.filter(region=region, state=state) for region in regions for state in (C.DRAFT, C.READY)]


def page(order, *, after="", before=""):
    return read_page(parts(), rows=Case.objects.all(), order=order, after=after, before=before, size=SIZE)


def in_order(order):
    sign = "-" if order.descending else ""
    return list(Case.objects.order_by(f"{sign}{order.field}", f"{sign}pk").values_list("pk", flat=True))


def walk(order, between=lambda seen: None):
    """Numbers of the rows from the first page to the last; ``between`` happens after each page."""
    seen, found = [], page(order)
    while True:
        seen += [case.pk for case in found.rows]
        between(seen)
        if not found.next:
            return seen
        found = page(order, after=found.next)


def walk_back(order, between=lambda seen: None):
    """As ``walk``, from the last page to the first; the rows in the order in which they are met."""
    found = page(order)
    while found.next:
        found = page(order, after=found.next)
    seen = []
    while True:
        seen += [case.pk for case in reversed(found.rows)]
        between(seen)
        if not found.previous:
            return seen
        found = page(order, before=found.previous)


@every_order
def test_forth_and_back_are_the_whole_order(cases, order):
    expected = in_order(order)
    assert len(expected) == 30
    assert walk(order) == expected
    assert walk_back(order) == expected[::-1]


@every_order
def test_where_all_values_are_the_same_the_number_decides(cases, order):
    Case.objects.update(**{order.field: getattr(cases[0], order.field)}, exposure_end=timezone.now() + timedelta(days=1))
    assert walk(order) == in_order(order)
    assert walk_back(order) == in_order(order)[::-1]


@every_order
def test_page_before_the_second_is_the_first(cases, order):
    first = page(order)
    second = page(order, after=first.next)
    again = page(order, before=second.previous)
    assert (again.rows, again.previous, first.previous, bool(again.next)) == (first.rows, "", "", True)


both_ways = pytest.mark.parametrize(("walk", "way"), [(walk, 1), (walk_back, -1)], ids=["forth", "back"])


@every_order
@both_ways
def test_cases_that_come_in_move_no_others(cases, order, walk, way):
    expected, chance = in_order(order)[::way], random.Random(3)

    def add(_seen):
        like = chance.choice(cases)
        same = {name: getattr(like, name) for name in ("created_at", "state_changed_at", "exposure_start", "exposure_end")}
        for shift in (timedelta(0), timedelta(days=1), timedelta(days=-1)):
            moved = {name: value + shift for name, value in same.items()}
            Case.objects.create(region=like.region, follow_up_on=like.follow_up_on + shift, **moved)

    seen = walk(order, add)
    assert len(seen) == len(set(seen))
    assert [pk for pk in seen if pk in set(expected)] == expected


@every_order
@both_ways
def test_cases_that_change_disturb_no_others(cases, order, walk, way):
    """One that is put elsewhere may come again, or not at all; one that is closed in between only leaves the list."""
    chance, moved, closed = random.Random(5), set(), set()

    def change(seen):
        pk, other = chance.sample([case.pk for case in cases], 2)
        at = timezone.now() - timedelta(days=chance.randrange(10))
        Case.objects.filter(pk=pk).update(
            created_at=at, state_changed_at=at, follow_up_on=at.date(), exposure_start=at, exposure_end=at + timedelta(hours=1)
        )
        moved.add(pk)
        # The row that the next page begins after, and one that may be still to come.
        for gone in (seen[-1], other):
            Case.objects.filter(pk=gone).update(state=C.CLOSED)
            closed.add(gone)

    seen = walk(order, change)
    still = [pk for pk in seen if pk not in moved]
    assert len(still) == len(set(still))
    assert {case.pk for case in cases} - moved - closed <= set(still)


@every_order
def test_deleted_case_at_the_end_of_a_page_loses_no_other(cases, order):
    expected = in_order(order)
    assert walk(order, lambda seen: Case.objects.filter(pk=seen[-1]).delete()) == expected


@every_order
def test_two_queries_a_page(cases, order, django_assert_num_queries):
    place = page(order).next
    with django_assert_num_queries(3):  # One of them is this test's own, for the regions.
        page(order, after=place)


def test_nothing_in_any_part():
    nothing = read_page([], rows=Case.objects.all(), order=ORDERS[""], after="", before="", size=SIZE)
    none = read_page([Case.objects.filter(pk__in=[])], rows=Case.objects.all(), order=ORDERS[""], after="", before="", size=SIZE)
    assert [(each.rows, each.previous, each.next) for each in (nothing, none)] == [([], "", "")] * 2


def test_newest_of_several_selections_in_one_query(cases, django_assert_num_queries):
    numbers = sorted((case.pk for case in cases), reverse=True)
    halves = [Case.objects.filter(state=C.DRAFT), Case.objects.filter(state=C.READY)]
    with django_assert_num_queries(1):
        found = newest([halves, halves[:1], [Case.objects.filter(pk__in=[])]], by="id", limit=5)
    assert found == [numbers[:5], sorted((case.pk for case in cases if case.state == C.DRAFT), reverse=True)[:5], []]


def test_counting_several_selections_in_one_query(cases, django_assert_num_queries):
    with django_assert_num_queries(1):
        counted = count_all({"all": Case.objects.all(), "draft": Case.objects.filter(state=C.DRAFT), "none": Case.objects.none()})
    assert counted == {"all": 30, "draft": 15, "none": 0}


# What follows asks for the whole list, whose queries are not to grow with the cases.

KINDS_OF_CASES = (
    {"state": C.DRAFT, "mine": True, "due": True},
    {"state": C.DRAFT, "teams": True, "due": True},
    {"state": C.NEEDS_ATTENTION, "problem": Problem.UNKNOWN_OUTCOME, "code": CodeKind.POSTER},
    {"state": C.READY, "code": CodeKind.POSTER, "mine": True},
    {"state": C.AWAITING_APPROVAL, "code": CodeKind.DATED, "teams": True},
    {"state": C.DECLARED, "code": CodeKind.DATED},
    {"state": C.PUBLISHED, "code": CodeKind.ASYNCHRONOUS},
    {"state": C.CLOSED, "closing_reason": ClosingReason.WARNED, "code": CodeKind.POSTER},
    {"state": C.LINKING},
    {"state": C.READY, "code": CodeKind.ASYNCHRONOUS},
)


def fill(agent, number):
    """So many cases of the agent's region, in which every choice of the list has some."""
    team, link = agent.team_memberships.get().team, new_code().deep_link
    rows = []
    for each in range(number):
        fields = dict(KINDS_OF_CASES[each % len(KINDS_OF_CASES)])
        fields["code_kind"] = fields.pop("code", CodeKind.NONE)
        fields |= {"assignee": agent} if fields.pop("mine", False) else {}
        fields |= {"team": team} if fields.pop("teams", False) else {}
        fields |= {"follow_up_on": timezone.localdate()} if fields.pop("due", False) else {}
        rows.append(CaseFactory.build(region=team.region, **fields))
    cases = Case.objects.bulk_create(rows)
    for case in cases:
        words = digests(tokens(reference="", notes=["Window, terrace"], ltids=[case.uuid]), region=team.region_id)
        CaseWord.objects.bulk_create(CaseWord(case=case, digest=digest) for digest in words)
    with_code = [case for case in cases if case.code_kind != CodeKind.NONE]
    codes = CaseCode.objects.bulk_create(
        CaseCode(case=case, ltid=case.uuid, lsp_type=0, host="tac.gouv.fr", deep_link=link) for case in with_code
    )
    for case, code in zip(with_code, codes, strict=True):
        case.code = code
    Case.objects.bulk_update(with_code, ["code"], batch_size=200)
    return cases


def test_ten_and_a_thousand_cases_take_the_same_queries(agent, desk, monkeypatch):
    monkeypatch.setattr(searching, "MOST_FOUND", 50)
    some = fill(agent, 10)
    coded = next(case for case in some if case.code)
    day = coded.exposure_start.date()
    choices = [{"show": name} for name in TABS] + [{"quick": name} for name in QUICK] + [{"sort": name} for name in SORTS]
    choices += [{"kind": name} for name in CodeKind.values] + [{"since": day}, {"until": day}, {"since": day, "until": day}]
    words = ["window", "window terrace", "window roof", str(coded.code.ltid), coded.code.check_code, str(coded.uuid)[:8]]
    choices += [{"q": word} for word in words] + [{"q": "window", "show": "attention", "sort": "moved"}]
    client = desk(agent)
    client.get(reverse("mct:case_list"))

    def queries():
        found = {}
        for choice in choices:
            with CaptureQueriesContext(connection) as captured:
                response = client.get(reverse("mct:case_list"), choice)
            assert response.context["rows"] or choice == {"q": "window roof"}, choice
            found[str(choice)] = len(captured)
        return found

    few = queries()
    fill(agent, 990)
    assert Case.objects.filter(Q(assignee=agent) | Q(code__isnull=False)).count() == 800
    assert queries() == few
