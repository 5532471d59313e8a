from collections import Counter
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clea_portal.authorities.venue_type_models import VenueType
from mct.dossiers import split_codes
from mct.enums import CaseState
from mct.figure_page import file_rows, show
from mct.figures import UNSAID, Period, count
from mct.forms import CaseForm
from mct.merging import merge
from mct.models import Case
from mct.venue_types import labels_of
from tests.factories import (
    CaseCodeFactory,
    CaseFactory,
    CountryFactory,
    RegionFactory,
    TeamMembershipFactory,
    VenueTypeFactory,
    linked_case,
)
from tests.mct.counted import count_everything

pytestmark = pytest.mark.django_db
RESTAURANT = "Restaurant, bar, café (en)"


@pytest.fixture
def types():
    VenueTypeFactory(number=1)
    VenueTypeFactory(number=7, label_fr="Salle de sport", label_en="Gym")
    VenueTypeFactory(number=9, label_fr="Casino", label_en="Casino", retired=True)


@pytest.fixture
def agent():
    return TeamMembershipFactory().user


def written(**changes):
    start, end = (timezone.localtime() - timedelta(hours=hours) for hours in (5, 3))
    times = {"exposure_start": f"{start:%Y-%m-%dT%H:%M}", "exposure_end": f"{end:%Y-%m-%dT%H:%M}"}
    return times | {"infected_count": "1", "venue_type": "FR-7"} | changes


def choices(form):
    return [value for value, _label in form.fields["venue_type"].choices]


def elsewhere():
    country = CountryFactory(code="BE", prefix="https://clea.example.be#", host="clea.example.be", name_en="Belgium")
    VenueTypeFactory(country=country, number=7, label_fr="Musée", label_en="Museum")
    return RegionFactory(country=country, number=2)


def test_form_offers_the_types_in_use_of_the_country(types):
    form = CaseForm(regions=[RegionFactory()])
    assert form.fields["venue_type"].choices == [("", "Not known"), ("FR-1", RESTAURANT), ("FR-7", "Gym")]


def test_form_asks_nothing_where_a_country_has_no_types():
    form = CaseForm(written(), regions=[RegionFactory()])
    assert ("venue_type" in form.fields, form.is_valid(), form.details()["venue_type"]) == (False, True, "")


def test_form_of_several_countries_takes_a_type_of_the_region_s_own_only(types):
    regions = [RegionFactory(), elsewhere()]
    form = CaseForm(written(region=str(regions[1].pk)), regions=regions)
    assert [group for group, _types in form.fields["venue_type"].choices] == ["", "France", "Belgium"]
    assert form.errors == {"venue_type": ["Choose a type of the region's own country."]}
    form = CaseForm(written(region=str(regions[1].pk), venue_type="BE-7"), regions=regions)
    assert (form.is_valid(), form.details()["venue_type"]) == (True, "7")


def test_correcting_keeps_a_type_that_is_retired_meanwhile(types):
    case = CaseFactory(venue_type="9")
    form = CaseForm(regions=[case.region], case=case)
    assert (form.initial["venue_type"], choices(form)) == ("FR-9", ["", "FR-1", "FR-7", "FR-9"])
    VenueType.objects.all().delete()
    form = CaseForm(written(), regions=[case.region], case=case)
    assert (form.is_valid(), form.details()["venue_type"]) == (True, "9")


def test_page_registers_corrects_and_shows_it(desk, agent, types):
    browser = desk(agent)
    number = browser.get(reverse("mct:case_register")).context["form"].initial["number"]
    browser.post(reverse("mct:case_register"), written(number=str(number)))
    case = Case.objects.get()
    assert (case.venue_type, case.uuid) == ("7", number)
    assert "Gym" in browser.get(reverse("mct:case", args=[case.uuid])).content.decode()
    browser.post(reverse("mct:case_correct", args=[case.uuid]), written(venue_type="FR-1"))
    case.refresh_from_db()
    assert case.venue_type == "1"
    assert RESTAURANT in browser.get(reverse("mct:case", args=[case.uuid])).content.decode()


@pytest.mark.parametrize(("at", "kept"), [("same", "9"), ("other", "")])
def test_another_time_at_the_same_place_has_it_too_though_it_is_retired(desk, agent, types, at, kept):
    case, browser = CaseFactory(venue_type="9"), desk(agent)
    url = reverse("mct:case_beside", args=[case.uuid])
    form = browser.get(url, {"at": at}).context["form"]
    proposed = form.initial.get("venue_type", "")
    browser.post(url, written(at=at, number=str(form.initial["number"]), venue_type=proposed))
    assert Case.objects.exclude(pk=case.pk).get().venue_type == kept


def test_codes_split_off_and_merged_cases_have_it(agent, types):
    case = linked_case(venue_type="7")
    [new] = split_codes(case=case, codes=[case.code, CaseCodeFactory(case=case)], by=agent)
    assert new.venue_type == "7"
    mine, theirs = linked_case(), CaseFactory(venue_type="1", state=CaseState.DRAFT)
    merge(case=mine, duplicate=theirs, by=agent)
    mine.refresh_from_db()
    assert mine.venue_type == "1"


def figures(region):
    count_everything()
    today = timezone.localdate(timezone=region.country.zone)
    period = Period(first=today - timedelta(days=1), last=today)
    return count([region.pk], period=period, now=timezone.now()), period


def test_figures_count_by_type(types):
    region = RegionFactory()
    for number in ["7"] * 6 + ["9", ""]:
        CaseFactory(venue_type=number)
    found, period = figures(region)
    country = region.country_id
    assert found.types == Counter({(country, "7"): 6, (country, "9"): 1, UNSAID: 1})
    exact = show(found, period=period, is_guarded=False).types
    assert [(line.label, str(line.number)) for line in exact] == [("Gym", "6"), ("Casino", "1"), ("not said", "1")]
    # Guarded, a type without a case looks like one with a few.
    guarded = [(RESTAURANT, "<5"), ("Gym", "10"), ("Casino", "<5"), ("not said", "<5")]
    assert [(line.label, str(line.number)) for line in show(found, period=period, is_guarded=True).types] == guarded
    rows = [(label, number) for title, _day, label, number in file_rows(found, period=period)[1] if title == "type of place"]
    assert rows == [(RESTAURANT, "<5"), ("Gym", 10), ("Casino", "<5"), ("not said", "<5")]


def test_labels_come_in_the_order_of_each_country_by_one_query(types, django_assert_num_queries):
    countries = [RegionFactory().country_id, elsewhere().country_id]
    with django_assert_num_queries(1):
        labels = labels_of(countries)
    own = {(countries[0], "1"): RESTAURANT, (countries[0], "7"): "Gym", (countries[0], "9"): "Casino"}
    assert labels == own | {(countries[1], "7"): "Museum"}
    assert [key for key in labels if key[0] == countries[0]] == list(own)
