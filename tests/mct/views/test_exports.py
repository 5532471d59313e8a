import json

import pytest
from django.urls import reverse

from clea_portal.accounts.enums import TeamRole
from clea_portal.jobs import running
from clea_portal.jobs.models import Job
from clea_portal.jobs.running import AT_ONCE
from tests.factories import CaseFactory, RegionFactory, TeamFactory, TeamMembershipFactory
from tests.test_pages import outline_of

pytestmark = pytest.mark.django_db
URL, TRAIL = reverse("figures:export"), reverse("figures:export_trail")


@pytest.fixture
def lead(db):
    return TeamMembershipFactory(role=TeamRole.LEAD).user


def test_page_keeps_the_filter_of_the_list(agent, desk):
    response = desk(agent).get(URL, {"show": "closed", "since": "2026-06-12"})
    text = response.content.decode()
    assert 'value="2026-06-12"' in text
    assert '<option value="closed" selected>' in text
    assert "at most 1048575 rows" in text.replace(",", "")
    assert outline_of(response).inline == []


def test_order_carries_regions_filter_and_form_and_leads_to_the_job(agent, desk):
    case = CaseFactory()
    sent = {"show": "closed", "since": "2026-06-12", "until": "", "format": "sormas", "nonsense": "x"}
    response = desk(agent).post(URL, sent)
    job = Job.objects.get()
    assert (response.status_code, response["Location"]) == (302, reverse("jobs:detail", args=[job.uuid]))
    assert (job.owner, job.kind, job.back_to) == (agent, "mct.cases", URL)
    chosen = {"since": ["2026-06-12"]}
    assert json.loads(job.arguments) == {"regions": [case.region_id], "show": "closed", "chosen": chosen, "format": "sormas"}


@pytest.mark.parametrize("wrong", [{"format": "pdf"}, {"format": ""}, {"since": "soon"}, {"show": "nonsense"}])
def test_order_that_is_not_right_comes_back_with_what_was_typed(agent, desk, wrong):
    response = desk(agent).post(URL, {"format": "csv", "until": "2026-06-13"} | wrong)
    assert (response.status_code, Job.objects.count()) == (200, 0)
    text = response.content.decode()
    assert 'value="2026-06-13"' in text
    assert "invalid-feedback" in text


def test_region_of_others_cannot_be_exported(agent, desk):
    TeamMembershipFactory(user=agent, team=TeamFactory(region=RegionFactory(number=69)))
    foreign = RegionFactory(number=75)
    assert desk(agent).post(URL, {"format": "csv", "region": foreign.pk}).status_code == 200
    assert Job.objects.count() == 0


def test_too_many_exports_at_once_are_refused_with_a_sentence(agent, desk):
    client = desk(agent)
    for day in range(1, AT_ONCE + 2):
        response = client.post(URL, {"format": "csv", "since": f"2026-06-0{day}"})
    assert (response.status_code, Job.objects.count()) == (200, AT_ONCE)
    assert "downloads under way" in response.content.decode()


def test_export_is_fetched_by_its_owner_only_and_no_longer_without_the_role(agent, colleague, desk):
    CaseFactory()
    client = desk(agent)
    client.post(URL, {"format": "csv"})
    job = Job.objects.get()
    running.run(job.pk)
    file = reverse("jobs:file", args=[job.uuid])
    assert (client.get(file).status_code, desk(colleague).get(file).status_code) == (200, 404)
    agent.team_memberships.all().delete()
    TeamMembershipFactory(user=agent, team=TeamFactory(region=RegionFactory(number=69)))
    assert client.get(file).status_code == 302


def test_list_leads_to_export_and_figures(agent, desk):
    text = desk(agent).get(reverse("mct:case_list")).content.decode()
    assert f'href="{URL}"' in text
    assert f'href="{reverse("figures:figures")}"' in text


def test_only_leads_are_shown_the_way_to_the_trail(agent, lead, desk):
    assert [TRAIL in desk(user).get(URL).content.decode() for user in (agent, lead)] == [False, True]


def test_lead_orders_the_trail_of_led_regions_only(lead, desk):
    TeamMembershipFactory(user=lead, team=TeamFactory(region=RegionFactory(number=69)))
    led = CaseFactory().region_id
    response = desk(lead).post(TRAIL, {"format": "xlsx", "since": "2026-06-12", "until": ""})
    job = Job.objects.get()
    assert (response["Location"], job.kind) == (reverse("jobs:detail", args=[job.uuid]), "mct.trail")
    assert json.loads(job.arguments) == {"regions": [led], "format": "xlsx", "since": "2026-06-12", "until": ""}


def test_lead_of_two_regions_chooses_one(lead, desk):
    other = RegionFactory(number=69)
    TeamMembershipFactory(user=lead, team=TeamFactory(region=other), role=TeamRole.LEAD)
    client = desk(lead)
    assert client.post(TRAIL, {"format": "csv", "region": RegionFactory(number=75).pk}).status_code == 200
    client.post(TRAIL, {"format": "csv", "region": other.pk})
    assert json.loads(Job.objects.get().arguments)["regions"] == [other.pk]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"format": "sormas"}, "Select a valid choice"),
        ({"since": "2026-06-12", "until": "2026-06-11"}, "The last day is before the first."),
    ],
)
def test_order_of_the_trail_that_is_not_right_comes_back(lead, desk, wrong, sentence):
    response = desk(lead).post(TRAIL, {"format": "csv"} | wrong)
    assert sentence in response.content.decode()
    assert (response.status_code, Job.objects.count()) == (200, 0)
