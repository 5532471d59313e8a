from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from mct.assigning import assign_case, key_of
from mct.enums import CaseState, DeclarationState
from mct.models import Case, TimelineEntry
from tests.factories import (
    CaseFactory,
    RegionFactory,
    TeamFactory,
    TeamMembershipFactory,
    declaration_of,
    linked_case,
)

pytestmark = pytest.mark.django_db
URL, LIST = reverse("mct:cases_bulk"), reverse("mct:case_list")


def ticks(*cases):
    return [f"{case.uuid}.{case.assignments}" for case in cases]


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def refused(client):
    return [(each["case"], each["why"]) for each in client.get(LIST).context["outcome"] or []]


def test_cases_are_assigned_and_who_was_not_is_told(agent, colleague, desk):
    first, second, closed = CaseFactory(), CaseFactory(), CaseFactory(state=CaseState.CLOSED, reference="shut")
    taken, foreign = CaseFactory(reference="taken"), CaseFactory(region=RegionFactory(number=69))
    marks = ticks(first, second, closed, taken, foreign)
    assign_case(case=taken, to=colleague, by=colleague)
    client = desk(agent)
    response = client.post(URL, {"case": marks, "act": "assign", "to": key_of(agent), "back": "quick=unassigned&page=2&x=1"})
    assert response["Location"] == f"{LIST}?quick=unassigned"
    assert said(response) == [f"2 cases are assigned to: {agent}."]
    assert refused(client) == [
        ("shut", "is closed"),
        ("taken", "has changed meanwhile"),
        (str(foreign.uuid)[:8], "is no longer there, or of a region that is not yours"),
    ]
    assert refused(client) == []
    assert dict(Case.objects.values_list("pk", "assignee")) == {
        first.pk: agent.pk,
        second.pk: agent.pk,
        closed.pk: None,
        taken.pk: colleague.pk,
        foreign.pk: None,
    }


def test_team_of_one_region_does_not_get_another_region_s_case(agent, desk):
    team = TeamFactory(region=RegionFactory(number=69))
    TeamMembershipFactory(user=agent, team=team)
    here, there = CaseFactory(reference="here"), CaseFactory(region=team.region)
    client = desk(agent)
    client.post(URL, {"case": ticks(here, there), "act": "assign", "to": key_of(team)})
    assert refused(client) == [("here", "is of another region than the person or team")]
    assert [case.team for case in Case.objects.order_by("pk")] == [None, team]


def test_cases_are_closed_and_what_was_not_is_told(agent, desk):
    done, moving = linked_case(state=CaseState.PUBLISHED), linked_case(state=CaseState.DECLARING, reference="moving")
    declaration_of(moving, state=DeclarationState.SENDING)
    client = desk(agent)
    response = client.post(URL, {"case": ticks(done, moving), "act": "close", "reason": "warned"})
    assert said(response) == ["1 case is closed."]
    assert refused(client) == [("moving", "is closed already, or something of it is on its way or undecided")]
    assert list(Case.objects.order_by("pk").values_list("state", "closing_reason")) == [("closed", "warned"), ("declaring", "")]
    assert list(TimelineEntry.objects.values_list("case", "entry")) == [(done.pk, "closed"), (done.pk, "moved")]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"act": "assign", "to": "nobody", "case": []}, "Tick the cases first, then choose what is done with them."),
        (
            {"act": "assign", "to": "nobody", "case": ["nonsense", "1.2"]},
            "Tick the cases first, then choose what is done with them.",
        ),
        ({"act": "assign"}, "Choose to whom the cases are assigned."),
        ({"act": "assign", "to": "user:1"}, "Choose to whom the cases are assigned."),
        ({"act": "close"}, "Choose why the cases are closed."),
        ({"act": "close", "reason": "nonsense"}, "Choose why the cases are closed."),
        ({}, "Choose what is done with the cases."),
        (
            {"act": "assign", "to": "nobody", "case": [f"{uuid4()}.0" for _ in range(101)]},
            "At most 100 cases at once. Tick fewer.",
        ),
    ],
)
def test_what_is_missing_is_named_and_nothing_done(agent, desk, words, sentence):
    case = CaseFactory()
    assert said(desk(agent).post(URL, {"case": ticks(case)} | words)) == [sentence]
    assert TimelineEntry.objects.count() == 0


def test_list_has_a_box_for_each_case(agent, desk):
    case = CaseFactory()
    assign_case(case=case, to=agent, by=agent)
    assert f'value="{case.uuid}.1"' in desk(agent).get(LIST).content.decode()
