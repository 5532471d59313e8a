from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.enums import TeamRole
from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country
from mct.enums import CaseState, DeclarationState
from mct.figure_changes import case_changed
from mct.figure_models import DayChange
from tests.factories import (
    AdministrationFactory,
    CaseFactory,
    RegionFactory,
    TeamFactory,
    TeamMembershipFactory,
    declaration_of,
    linked_case,
)
from tests.mct.counted import count_everything
from tests.spreadsheets import csv_rows, xlsx_cells
from tests.test_pages import outline_of

pytestmark = pytest.mark.django_db
URL, FILE = reverse("figures:figures"), reverse("figures:file")


@pytest.fixture
def lead(db):
    return TeamMembershipFactory(role=TeamRole.LEAD).user


@pytest.fixture
def administrator(db):
    return AdministrationFactory().user


def rhone():
    return RegionFactory(number=69, name="Rhône")


def country_key():
    return f"country-{Country.objects.get().pk}"


@pytest.fixture
def desk(desk):
    """Everything there is has been counted before each request."""

    class Counted:
        def __init__(self, user):
            self.client = desk(user)

        def get(self, *args, **kwargs):
            count_everything()
            return self.client.get(*args, **kwargs)

    return Counted


def facts(response):
    return [fact["value"] for fact in response.context["shown"].facts]


def offered(response):
    return [label for _key, label in response.context["form"].fields["of"].choices]


def test_agent_sees_the_figures_of_the_own_region_exactly(agent, desk):
    CaseFactory.create_batch(2)
    CaseFactory.create_batch(3, region=rhone())
    response = desk(agent).get(URL)
    assert (facts(response)[0], offered(response)) == ("2", ["38 Region 38"])
    assert "are hidden, the others rounded" not in response.content.decode().split("Take these")[0]


def test_agent_cannot_choose_the_country_nor_a_region_of_others(agent, desk):
    other = CaseFactory(region=rhone()).region
    client = desk(agent)
    for key in (country_key(), f"region-{other.pk}", "own", "nonsense"):
        response = client.get(URL, {"of": key})
        assert (response.status_code, facts(response)[0], list(response.context["form"].errors)) == (200, "0", ["of"])


def test_person_of_two_regions_sees_both_or_one(agent, desk):
    other = rhone()
    TeamMembershipFactory(user=agent, team=TeamFactory(region=other))
    CaseFactory()
    CaseFactory.create_batch(2, region=other)
    client = desk(agent)
    response = client.get(URL)
    assert (facts(response)[0], offered(response)) == ("3", ["All my regions", "38 Region 38", "69 Rhône"])
    assert facts(client.get(URL, {"of": f"region-{other.pk}"}))[0] == "2"


def test_lead_sees_the_country_in_aggregate_with_small_numbers_hidden(lead, desk):
    CaseFactory.create_batch(2)
    CaseFactory.create_batch(1, region=rhone())
    client = desk(lead)
    assert offered(client.get(URL)) == ["38 Region 38", "France, the whole country"]
    response = client.get(URL, {"of": country_key()})
    assert facts(response)[0] == "<5"
    assert "Numbers under 5 are hidden" in response.content.decode()
    CaseFactory.create_batch(20, region=rhone())
    assert facts(client.get(URL, {"of": country_key()}))[0] == "20"


def test_lead_of_the_only_region_sees_the_country_exactly(lead, desk):
    CaseFactory.create_batch(2)
    assert facts(desk(lead).get(URL, {"of": country_key()}))[0] == "2"


def test_administrator_sees_the_whole_country_only_and_no_case(administrator, desk):
    case = CaseFactory(reference="2026-117")
    client = desk(administrator)
    response = client.get(URL)
    assert (facts(response)[0], offered(response)) == ("<5", ["France, the whole country"])
    text = response.content.decode()
    assert ("2026-117" in text, str(case.uuid) in text, f'"{reverse("mct:case_list")}"' in text) == (False, False, False)
    assert f'href="{URL}"' in text


def test_cases_of_another_country_are_not_counted(lead, desk):
    CaseFactory.create_batch(7)
    belgium = Country.objects.create(code="BE", name_fr="B", name_en="B", prefix="https://be.example/#", host="be.example")
    CaseFactory.create_batch(30, region=RegionFactory(country=belgium, number=1))
    key = f"country-{Country.objects.get(code='FR').pk}"
    assert facts(desk(lead).get(URL, {"of": key}))[0] == "7"


def test_days_are_choosable(agent, desk):
    today = timezone.localdate()
    for days in (3, 10, 20, 60, 200):
        CaseFactory(created_at=timezone.now() - timedelta(days=days))
    client = desk(agent)
    assert facts(client.get(URL))[0] == "3"
    assert [facts(client.get(URL, {"days": days}))[0] for days in (7, 14, 30, 90)] == ["1", "2", "3", "4"]
    choice = {"days": "other", "since": today - timedelta(days=61), "until": today - timedelta(days=19)}
    assert facts(client.get(URL, choice))[0] == "2"
    del choice["until"]
    assert facts(client.get(URL, choice))[0] == "4"


@pytest.mark.parametrize(
    ("choice", "field", "sentence"),
    [
        ({"days": "other"}, "since", "Choose the first day, or one of the usual periods."),
        ({"days": "other", "since": "soon"}, "since", "Enter a valid date."),
        ({"days": "other", "since": "2026-06-12", "until": "2026-06-11"}, "until", "The last day is before the first."),
        ({"days": "other", "since": "2020-01-01", "until": "2026-06-11"}, "since", "Choose 366 days at most."),
        ({"days": "8"}, "days", "Select a valid choice. 8 is not one of the available choices."),
    ],
)
def test_days_that_are_not_right_are_named_and_the_usual_ones_shown(agent, desk, choice, field, sentence):
    CaseFactory()
    response = desk(agent).get(URL, choice)
    assert (facts(response)[0], response.context["form"].errors) == ("1", {field: [sentence]})


def test_page_draws_without_style_of_its_own_and_has_a_table_beside_each_drawing(agent, desk):
    case = linked_case(state=CaseState.PUBLISHED)
    declaration_of(case, state=DeclarationState.PUBLISHED, published_at=case.created_at + timedelta(hours=2))
    client = desk(agent)
    for language in ("en", "fr"):
        response = client.get(URL, headers={"accept-language": language})
        outline, text = outline_of(response), response.content.decode()
        assert (outline.inline, len(outline.headings), len(outline.ids)) == ([], 1, len(set(outline.ids)))
        assert text.count('<svg class="figures-drawing"') == 1
        assert text.count("<table") == 4
    assert facts(response)[:3] == ["1", "1", "2 h"]


def test_page_without_cases_says_so(agent, desk):
    CaseFactory(region=rhone())
    text = desk(agent).get(URL).content.decode()
    assert "No case in these days" in text
    assert '<svg class="figures-drawing"' not in text


@pytest.mark.parametrize("query", [{"format": "csv"}, {}])
def test_file_hides_small_numbers_of_the_own_region_too(agent, desk, query):
    CaseFactory.create_batch(3)
    response = desk(agent).get(FILE, query)
    rows = csv_rows(response.content)
    assert rows[0] == ["figure", "day", "of which", "cases"]
    assert {row[3] for row in rows[1:]} == {"<5", ""}
    assert (response["Content-Type"], response["Cache-Control"]) == ("text/csv; charset=utf-8", "private, no-store")


def test_file_as_a_spreadsheet_of_the_chosen_figures(lead, desk):
    CaseFactory.create_batch(17, region=rhone())
    response = desk(lead).get(FILE, {"format": "xlsx", "of": country_key(), "days": "7"})
    rows = xlsx_cells(response.content)
    assert [row[-1] for row in rows if row[-1][0] == "n"] == [("n", "20")] * 4
    assert response["Content-Disposition"].startswith("attachment; filename=")
    assert len(rows) == 1 + 7 * 4 + 4 + 7 + 6 + 2


def test_looking_and_taking_along_are_noted(lead, desk):
    CaseFactory()
    client = desk(lead)
    client.get(URL, {"days": "7"})
    client.get(FILE, {"of": country_key(), "days": "7"})
    today = timezone.localdate()
    days = {"since": (today - timedelta(days=6)).isoformat(), "until": today.isoformat()}
    events = AuditEvent.objects.order_by("pk").values_list("kind", "actor", "verb", "details")
    region = CaseFactory().region_id
    assert list(events) == [
        ("read", lead.pk, "opened_figures", {"of": f"region-{region}", **days}),
        ("read", lead.pk, "exported_figures", {"of": country_key(), **days}),
    ]


def test_number_of_queries_does_not_grow_with_the_cases(lead, desk):
    client, counts = desk(lead), []
    for _ in range(3):
        case = linked_case(state=CaseState.PUBLISHED)
        declaration_of(case, state=DeclarationState.PUBLISHED, published_at=case.created_at + timedelta(hours=2))
        count_everything()
        with CaptureQueriesContext(connection) as queries:
            client.client.get(URL, {"of": country_key()})
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] < 20


def test_nothing_where_the_country_runs_without_contact_tracing(administrator, desk):
    client = desk(administrator)
    assert client.get(URL).status_code == 200
    Country.objects.update(deployment=Deployment.NONE)
    response = client.get(URL)
    assert (response.status_code, f'href="{URL}"' in response.content.decode()) == (404, False)


def test_page_says_what_is_not_counted_yet(agent, desk):
    browser = desk(agent)
    browser.get(URL)
    case = CaseFactory()
    case_changed(case)
    at = DayChange.objects.get().at
    text = browser.client.get(URL).content.decode()
    assert f"What happened since {timezone.localtime(at):%H:%M} is counted within half a minute." in text
    DayChange.objects.update(at=at - timedelta(minutes=4))
    text = browser.client.get(URL).content.decode()
    assert ("Cases are being counted" in text, "within half a minute" in text) == (True, False)
    text = browser.get(URL).content.decode()
    assert ("Cases are being counted" in text, "within half a minute" in text) == (False, False)
