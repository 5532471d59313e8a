from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.enums import TeamRole
from mct.assigning import assign_case, key_of
from mct.enums import CaseState
from mct.models import REMARK_LIMIT, Case, TimelineEntry
from tests.factories import CaseFactory, RegionFactory, TeamFactory, TeamMembershipFactory, linked_case

pytestmark = pytest.mark.django_db


def url(name, case):
    return reverse(f"mct:{name}", args=[case.uuid])


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def lead(db):
    return TeamMembershipFactory(role=TeamRole.LEAD).user


def test_case_is_taken_from_its_page(agent, desk):
    case, client = linked_case(), desk(agent)
    page = client.get(url("case", case)).content.decode()
    assert ('id="take"' in page, f'value="{key_of(agent)}"' in page, 'id="hand-over"' in page) == (True, True, False)
    response = client.post(url("case_assign", case), {"to": key_of(agent), "seen": 0})
    assert (response["Location"], said(response)) == (url("case", case), [f"Assigned to: {agent}."])
    page = client.get(url("case", case)).content.decode()
    assert ('id="take"' in page, str(agent) in page) == (False, True)


def test_form_offers_teams_and_people_and_what_it_has(agent, colleague, desk):
    case, client = CaseFactory(), desk(agent)
    assign_case(case=case, to=TeamFactory(), by=agent)
    form = client.get(url("case_assign", case)).context["form"]
    assert form.initial == {"seen": 1, "to": key_of(TeamFactory())}
    groups = dict(form.fields["to"].choices[2:])
    assert {name: {key for key, _label in group} for name, group in groups.items()} == {
        "Teams": {key_of(TeamFactory())},
        "People": {key_of(agent), key_of(colleague)},
    }
    response = client.post(url("case_assign", case), {"to": "nobody", "seen": 1})
    assert said(response) == ["Assigned to: nobody."]


def test_somebody_else_was_faster(agent, colleague, desk):
    case = CaseFactory()
    assign_case(case=case, to=colleague, by=colleague)
    response = desk(agent).post(url("case_assign", case), {"to": key_of(agent), "seen": 0})
    assert said(response) == ["Somebody else has assigned this case meanwhile. Look who has it now."]
    assert Case.objects.get().assignee == colleague


@pytest.mark.parametrize("to", ["", "user:nonsense", "nonsense", "\x00"])
def test_assignee_that_is_none_is_named(agent, desk, to):
    case = CaseFactory()
    response = desk(agent).post(url("case_assign", case), {"to": to, "seen": 0})
    assert (response.status_code, list(response.context["form"].errors)) == (200, ["to"])


@pytest.mark.parametrize("name", ["case_assign", "case_follow_up"])
def test_closed_case_is_left_alone(agent, desk, name):
    case = linked_case(state=CaseState.CLOSED)
    response = desk(agent).post(url(name, case), {"to": key_of(agent), "on": timezone.localdate()})
    assert said(response) == ["The case has changed meanwhile. Look again."]
    assert TimelineEntry.objects.count() == 0


def test_lead_hands_a_case_to_another_region(lead, desk):
    case, there, client = linked_case(), RegionFactory(number=69, name="Rhône"), desk(lead)
    assert 'id="hand-over"' in client.get(url("case", case)).content.decode()
    form = client.get(url("case_hand_over", case)).context["form"]
    assert list(form.fields["region"].queryset) == [there]
    response = client.post(url("case_hand_over", case), {"region": there.pk, "seen": 0})
    assert (response["Location"], said(response)) == (reverse("mct:case_list"), ["The case is now one of region 69 Rhône."])
    assert (Case.objects.get().region, client.get(url("case", case)).status_code) == (there, 404)
    other = TeamMembershipFactory(team=TeamFactory(region=there)).user
    assert "From 38 Region 38 to 69 Rhône." in desk(other).get(url("case", case)).content.decode()


def test_lead_of_another_region_who_works_here_too_does_not_hand_over(agent, desk):
    TeamMembershipFactory(user=agent, team=TeamFactory(region=RegionFactory(number=69)), role=TeamRole.LEAD)
    case = CaseFactory()
    response = desk(agent).post(url("case_hand_over", case), {"region": RegionFactory(number=69).pk})
    assert (response.status_code, Case.objects.get().region_id) == (403, case.region_id)


@pytest.mark.parametrize("region", ["", "nonsense", "0"])
def test_region_that_is_none_is_named(lead, desk, region):
    case = CaseFactory()
    response = desk(lead).post(url("case_hand_over", case), {"region": region})
    assert list(response.context["form"].errors) == ["region"]


def test_note_is_added_and_shown(agent, desk):
    case, client = CaseFactory(), desk(agent)
    response = client.post(url("case_note", case), {"text": "Called back."})
    assert (response["Location"], said(response)) == (url("case", case), ["Noted."])
    assert "“Called back.”" in client.get(url("case", case)).content.decode()


def test_note_that_is_too_long_or_too_late_is_kept_in_the_form(agent, desk):
    case, client, text = CaseFactory(), desk(agent), "a" * (REMARK_LIMIT + 1)
    response = client.post(url("case_note", case), {"text": text})
    assert (list(response.context["form"].errors), text in response.content.decode()) == (["text"], True)
    Case.objects.update(state=CaseState.CLOSED)
    response = client.post(url("case_note", case), {"text": "Called back."})
    assert ("Called back." in response.content.decode(), TimelineEntry.objects.count()) == (True, 0)


def test_follow_up(agent, desk):
    case, client, day = CaseFactory(), desk(agent), timezone.localdate() + timedelta(days=3)
    client.post(url("case_follow_up", case), {"on": day.isoformat()})
    assert Case.objects.get().follow_up_on == day
    assert client.get(url("case_follow_up", case)).context["form"].initial == {"on": day}
    client.post(url("case_follow_up", case), {"on": ""})
    assert Case.objects.get().follow_up_on is None


@pytest.mark.parametrize("days", [-1, 91])
def test_follow_up_is_within_sight(agent, desk, days):
    case, day = CaseFactory(), timezone.localdate() + timedelta(days=days)
    response = desk(agent).post(url("case_follow_up", case), {"on": day.isoformat()})
    assert response.context["form"].errors == {"on": ["Choose a day from today on, within 90 days."]}
