from datetime import timedelta
from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone

from clea_portal import paging
from clea_portal.audit.models import AuditEvent
from mct.assigning import add_note, assign_case, follow_up
from mct.enums import CaseState, Problem
from mct.filters import TABS
from mct.models import Case
from mct.searching import index_case
from mct.selection import QUICK
from tests.factories import CaseFactory, RegionFactory, TeamFactory, TeamMembershipFactory, linked_case

pytestmark = pytest.mark.django_db
URL = reverse("mct:case_list")
C = CaseState


def shown(response):
    return [row["case"] for row in response.context["rows"]]


def counts(response):
    return {tab["name"]: tab["count"] for tab in response.context["tabs"]}


def second_region(user, **fields):
    region = RegionFactory(number=69, name="Rhône")
    TeamMembershipFactory(user=user, team=TeamFactory(region=region))
    return CaseFactory(region=region, **fields)


def test_list_shows_the_cases_of_the_person_s_region_newest_first(agent, desk):
    now = timezone.now()
    old, new = CaseFactory(created_at=now - timedelta(days=2)), CaseFactory(created_at=now)
    CaseFactory(region=RegionFactory(number=75))
    response = desk(agent).get(URL)
    assert shown(response) == [new, old]
    assert "region" not in response.context["filter"].form.fields


def test_row_tells_what_the_case_is(agent, desk):
    case = linked_case(state=C.NEEDS_ATTENTION, problem=Problem.UNKNOWN_OUTCOME, reference="2026-117", infected_count=3)
    text = desk(agent).get(URL).content.decode()
    code = case.code.check_code
    for part in ("2026-117", "needs attention", "outcome unknown: decide", f"{code[:3]} {code[3:]}", str(case.uuid)):
        assert part in text
    assert (str(case.code.ltid) in text, case.code.deep_link in text) == (False, False)


def test_case_without_reference_is_named_by_the_beginning_of_its_number(agent, desk):
    case = CaseFactory()
    assert f">{str(case.uuid)[:8]}</a>" in desk(agent).get(URL).content.decode()


def test_tabs_count_and_show_their_states(agent, desk):
    cases = {state: CaseFactory(state=state) for state in C}
    client = desk(agent)
    for name, (_, states) in TABS.items():
        response = client.get(URL, {"show": name})
        assert set(shown(response)) == {cases[state] for state in states}
        assert counts(response) == {"": "9", "attention": "2", "ready": "2", "under-way": "3", "published": "1", "closed": "1"}
        assert [tab["name"] for tab in response.context["tabs"] if tab["current"]] == [name]


def test_every_state_has_one_tab_beside_all():
    tabs = [states for name, (_, states) in TABS.items() if name]
    assert sorted(state for states in tabs for state in states) == sorted(C)


def test_tab_that_does_not_exist_shows_all(agent, desk):
    case = CaseFactory()
    assert shown(desk(agent).get(URL, {"show": "nonsense"})) == [case]


def test_days_are_those_of_the_exposure_in_the_person_s_zone(agent, desk):
    day = timezone.now().replace(hour=22, minute=30, second=0, microsecond=0) - timedelta(days=30)
    # 22:30 to 23:30 in UTC: after midnight of the next day in Paris, in winter and in summer.
    night = CaseFactory(exposure_start=day + timedelta(hours=1), exposure_end=day + timedelta(hours=2))
    later = CaseFactory(exposure_start=day + timedelta(days=3), exposure_end=day + timedelta(days=3, hours=1))
    client, next_day = desk(agent), (day + timedelta(days=1)).date()
    assert shown(client.get(URL, {"until": next_day})) == [night]
    assert shown(client.get(URL, {"until": day.date()})) == []
    assert set(shown(client.get(URL, {"since": next_day}))) == {night, later}
    assert shown(client.get(URL, {"since": next_day + timedelta(days=1)})) == [later]
    response = client.get(URL, {"since": next_day, "until": next_day, "show": "attention"})
    assert (shown(response), counts(response)[""]) == ([night], "")


def test_day_that_is_none_is_named_and_changes_nothing(agent, desk):
    case = CaseFactory()
    response = desk(agent).get(URL, {"since": "soon"})
    assert (shown(response), response.context["filter"].form.errors) == ([case], {"since": ["Enter a valid date."]})


def test_person_with_two_regions_can_choose_one(agent, desk):
    here, there = CaseFactory(), second_region(agent)
    client = desk(agent)
    assert set(shown(client.get(URL))) == {here, there}
    assert shown(client.get(URL, {"region": there.region_id})) == [there]


def test_region_of_others_cannot_be_chosen(agent, desk):
    foreign = CaseFactory(region=RegionFactory(number=75))
    second_region(agent)
    response = desk(agent).get(URL, {"region": foreign.region_id})
    assert foreign not in shown(response)
    assert list(response.context["filter"].form.errors) == ["region"]


def test_twenty_five_rows_a_page(agent, desk):
    Case.objects.bulk_create(CaseFactory.build_batch(26, region=CaseFactory().region))
    client = desk(agent)
    first = client.get(URL, {"show": "attention", "since": "2020-01-01"})
    place = first.context["page"].next
    assert f"show=attention&amp;since=2020-01-01&amp;after={quote(place)}" in first.content.decode()
    second = client.get(URL, {"show": "attention", "since": "2020-01-01", "after": place})
    assert (len(shown(first)), len(shown(second)), second.context["page"].next) == (25, 2, "")
    back = client.get(URL, {"show": "attention", "since": "2020-01-01", "before": second.context["page"].previous})
    assert (shown(back), back.context["page"].previous) == (shown(first), "")


@pytest.mark.parametrize("rows", [1, 3])
def test_number_of_queries_does_not_grow_with_the_rows(agent, desk, rows, django_assert_num_queries):
    for _ in range(rows):
        linked_case()
    second_region(agent)
    client = desk(agent)
    with django_assert_num_queries(16):
        client.get(URL)


@pytest.mark.parametrize(
    ("query", "words"),
    [({}, "No case yet"), ({"show": "closed", "since": "2026-01-01"}, "No case here"), ({"until": "2020-01-01"}, "No case here")],
)
def test_empty_list_says_what_to_do(agent, desk, query, words):
    text = desk(agent).get(URL, query).content.decode()
    assert words in text
    assert reverse("mct:case_register") in text


def test_reading_the_list_is_noted(agent, desk):
    region = CaseFactory().region_id
    desk(agent).get(URL, {"show": "attention"})
    event = AuditEvent.objects.get()
    assert (event.kind, event.actor, event.verb, event.subject_uuid) == ("read", agent, "listed_cases", agent.uuid)
    assert event.details == {"show": "attention", "quick": "", "searched": False, "cases": 1, "regions": {str(region): 1}}


def test_audit_does_not_say_what_was_searched_for(agent, desk):
    desk(agent).get(URL, {"q": "window", "quick": "mine"})
    assert AuditEvent.objects.get().details == {"show": "", "quick": "mine", "searched": True, "cases": 0, "regions": {}}


def test_quick_filters(agent, colleague, desk):
    today = timezone.localdate()
    mine, teams, theirs = (CaseFactory(state=C.READY) for _ in range(3))
    assign_case(case=mine, to=agent, by=agent)
    assign_case(case=teams, to=TeamFactory(), by=agent)
    assign_case(case=theirs, to=colleague, by=agent)
    approve = CaseFactory(state=C.AWAITING_APPROVAL, proposed_by=colleague, assignee=colleague)
    CaseFactory(state=C.AWAITING_APPROVAL, proposed_by=agent, assignee=colleague)
    unknown = CaseFactory(state=C.NEEDS_ATTENTION, problem=Problem.UNKNOWN_OUTCOME, assignee=colleague)
    published = CaseFactory(state=C.PUBLISHED)
    CaseFactory(state=C.CLOSED, follow_up_on=today, assignee=agent)
    CaseFactory(state=C.CLOSED)
    follow_up(case=theirs, on=today, by=agent)
    follow_up(case=teams, on=today + timedelta(days=1), by=agent)
    expected = {
        "mine": [mine],
        "team": [teams],
        "unassigned": [published],
        "approve": [approve],
        "unknown": [unknown],
        "due": [theirs],
        "done": [published],
    }
    client = desk(agent)
    assert set(expected) == set(QUICK)
    for name, cases in expected.items():
        response = client.get(URL, {"quick": name})
        assert shown(response) == cases, name
        assert {each["name"]: each["count"] for each in response.context["quick_filters"]} == dict.fromkeys(QUICK, "1")
        assert [each["name"] for each in response.context["quick_filters"] if each["current"]] == [name]
    assert shown(client.get(URL, {"quick": "mine", "show": "attention"})) == []
    assert len(shown(client.get(URL, {"quick": "nonsense"}))) == 9


def test_due_case_is_marked(agent, desk):
    follow_up(case=CaseFactory(), on=timezone.localdate(), by=agent)
    assert "Follow-up due:" in desk(agent).get(URL).content.decode()


def test_kind_of_code(agent, desk):
    poster, none = linked_case(), CaseFactory()
    client = desk(agent)
    assert shown(client.get(URL, {"kind": "poster"})) == [poster]
    assert shown(client.get(URL, {"kind": "none"})) == [none]
    assert shown(client.get(URL, {"kind": "asynchronous"})) == []
    assert list(client.get(URL, {"kind": "nonsense"}).context["filter"].form.errors) == ["kind"]


def test_orders(agent, desk):
    now = timezone.now()
    first = CaseFactory(created_at=now - timedelta(days=2), state_changed_at=now, follow_up_on=now.date() + timedelta(days=2))
    second = CaseFactory(
        created_at=now - timedelta(days=1),
        state_changed_at=now - timedelta(days=1),
        exposure_start=first.exposure_start - timedelta(days=1),
        follow_up_on=now.date(),
    )
    third = CaseFactory(
        created_at=now, state_changed_at=now - timedelta(days=2), exposure_start=first.exposure_start - timedelta(days=2)
    )
    client = desk(agent)
    orders = {
        "": [third, second, first],
        "oldest": [first, second, third],
        "exposure": [first, second, third],
        "moved": [first, second, third],
        "follow-up": [second, first],
        "nonsense": [third, second, first],
    }
    for sort, expected in orders.items():
        assert shown(client.get(URL, {"sort": sort})) == expected, sort


@pytest.mark.parametrize("sort", ["", "oldest", "exposure", "moved", "follow-up"])
def test_pages_are_stable_while_cases_come_in(agent, desk, sort):
    first = CaseFactory()
    same = {"region": first.region, "created_at": first.created_at, "exposure_start": first.exposure_start}
    same |= {"exposure_end": first.exposure_end, "state_changed_at": first.state_changed_at, "follow_up_on": timezone.localdate()}
    Case.objects.update(follow_up_on=timezone.localdate())
    Case.objects.bulk_create([Case(**same) for _ in range(59)])
    client, seen, place = desk(agent), [], ""
    while True:
        response = client.get(URL, {"sort": sort, "after": place})
        seen += [case.pk for case in shown(response)]
        CaseFactory(
            created_at=timezone.now() + timedelta(days=len(seen)) if sort != "oldest" else timezone.now() - timedelta(days=9)
        )
        place = response.context["page"].next
        if not place:
            break
    assert len(seen) >= 60
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("place", ["nonsense", "W10:1:2", "\x00", "a" * 3000])
def test_place_that_is_none_is_the_first_page(agent, desk, place):
    case = CaseFactory()
    client = desk(agent)
    assert [shown(client.get(URL, {name: place})) for name in ("after", "before")] == [[case], [case]]


def test_place_of_another_order_is_the_first_page(agent, desk):
    Case.objects.bulk_create(CaseFactory.build_batch(26, region=RegionFactory()))
    client = desk(agent)
    place = client.get(URL).context["page"].next
    assert len(shown(client.get(URL, {"after": place, "sort": "moved"}))) == 25


def test_counting_ends(agent, desk, monkeypatch):
    monkeypatch.setattr(paging, "MOST_COUNTED", 2)
    monkeypatch.setattr("mct.selection.MOST_COUNTED", 2)
    for _ in range(4):
        CaseFactory()
    assert counts(desk(agent).get(URL)) == {
        "": "2+",
        "attention": "2+",
        "ready": "0",
        "under-way": "0",
        "published": "0",
        "closed": "0",
    }


def test_search_with_a_tab(agent, desk):
    ready, draft = CaseFactory(state=C.READY, notes="Sat near the window."), CaseFactory(notes="window")
    for case in (ready, draft):
        index_case(case)
    add_note(case=CaseFactory(), text="door", by=agent)
    client = desk(agent)
    assert set(shown(client.get(URL, {"q": "WINDOW"}))) == {ready, draft}
    assert shown(client.get(URL, {"q": "window", "show": "ready"})) == [ready]
    response = client.get(URL, {"q": "roof"})
    assert (shown(response), "Nothing found" in response.content.decode()) == ([], True)
