from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation
from django.utils.datastructures import MultiValueDict

from clea_portal.scanning.results import MAX_BYTES
from mct.forms import CaseForm, DecisionForm, EvidenceForm, RegisterForm
from tests.factories import CaseFactory, CountryFactory, RegionFactory
from tests.pictures import clea_link

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 20, 15, 30, 20, tzinfo=UTC)
PARIS, LISBON = ZoneInfo("Europe/Paris"), ZoneInfo("Europe/Lisbon")


@pytest.fixture(autouse=True)
def _afternoon_in_paris():
    with time_machine.travel(NOW, tick=False), timezone.override(PARIS), translation.override("en"):
        yield


def written(**changes):
    return {
        "exposure_start": "2026-06-19T12:00",
        "exposure_end": "2026-06-19T14:00",
        "infected_count": "2",
        "reference": "2026-117",
        "notes": "Near the window.",
    } | changes


def case_form(**changes):
    return CaseForm(written(**changes), regions=[RegionFactory()])


def errors(form):
    return {name: list(messages) for name, messages in form.errors.items()}


def files(*sizes):
    return MultiValueDict({"pictures": [SimpleUploadedFile(f"photo{n}.jpg", b"x" * size) for n, size in enumerate(sizes)]})


def test_times_are_those_of_the_person_s_zone():
    form = case_form()
    assert errors(form) == {}
    assert form.details() == {
        "exposure_start": datetime(2026, 6, 19, 10, tzinfo=UTC),
        "exposure_end": datetime(2026, 6, 19, 12, tzinfo=UTC),
        "infected_count": 2,
        "reference": "2026-117",
        "notes": "Near the window.",
        "venue_type": "",
    }
    assert "Europe/Paris" in str(form["exposure_end"].help_text)
    with timezone.override(LISBON):
        form = case_form()
        assert form.is_valid()
        assert form.details()["exposure_start"] == datetime(2026, 6, 19, 11, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-06-19 12:00", "2026-06-19T12:00:59", "19/06/2026 12:00", " 2026-06-19T12:00 "])
def test_times_typed_by_hand_are_understood(text):
    form = case_form(exposure_start=text)
    assert form.is_valid()
    assert form.details()["exposure_start"].replace(second=0) == datetime(2026, 6, 19, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", ["yesterday", "2026-13-40T12:00", "12:00", "2026-06-19", "0001-01-01T00:00"])
def test_time_that_is_none_is_explained(text):
    messages = errors(case_form(exposure_start=text))["exposure_start"]
    assert messages == ["Write a day and a time, for instance 2026-06-12 14:30."]


def test_hour_that_autumn_repeats_is_taken_whole():
    with time_machine.travel(datetime(2026, 10, 26, 12, tzinfo=UTC), tick=False):
        form = case_form(exposure_start="2026-10-25T02:30", exposure_end="2026-10-25T02:45")
        assert form.is_valid()
        details = form.details()
    assert details["exposure_start"] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert details["exposure_end"] == datetime(2026, 10, 25, 1, 45, tzinfo=UTC)


def test_hour_that_spring_leaves_out_is_the_hour_after():
    with time_machine.travel(datetime(2026, 3, 30, 12, tzinfo=UTC), tick=False):
        form = case_form(exposure_start="2026-03-29T02:30", exposure_end="2026-03-29T04:00")
        assert form.is_valid()
        assert form.details()["exposure_start"] == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"exposure_end": "2026-06-19T12:00"}, {"exposure_end": ["The end must be after the start."]}),
        ({"exposure_end": "2026-06-19T11:00"}, {"exposure_end": ["The end must be after the start."]}),
        (
            {"exposure_start": "2026-06-17T13:59"},
            {"exposure_end": ["This is more than 48 hours after the start. Register one case for each stay."]},
        ),
        (
            {"exposure_end": "2026-06-20T17:31"},
            {"exposure_end": ["This time is yet to come. If the person is still there, write the present time."]},
        ),
        (
            {"exposure_start": "2026-06-20T17:31"},
            {"exposure_start": ["This time is yet to come. Write when the infected person was there."]},
        ),
        (
            {"exposure_start": "2026-06-06T10:00", "exposure_end": "2026-06-06T17:30"},
            {"exposure_end": ["This is more than 14 days ago: nobody can be warned any more."]},
        ),
        (
            {"exposure_start": "", "exposure_end": ""},
            {name: ["This field is required."] for name in ("exposure_start", "exposure_end")},
        ),
        ({"infected_count": "0"}, {"infected_count": ["Write a number from 1 to 999."]}),
        ({"infected_count": "1000"}, {"infected_count": ["Write a number from 1 to 999."]}),
        ({"infected_count": "some"}, {"infected_count": ["Write a number from 1 to 999."]}),
        ({"reference": "x" * 41}, {"reference": ["Ensure this value has at most 40 characters (it has 41)."]}),
        ({"notes": "x" * 5001}, {"notes": ["Ensure this value has at most 5000 characters (it has 5001)."]}),
    ],
)
def test_mistake_is_named_at_its_field(changes, expected):
    assert errors(case_form(**changes)) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"exposure_start": "2026-06-17T14:00"},
        {"exposure_end": "2026-06-20T12:00"},
        {"exposure_start": "2026-06-20T12:00", "exposure_end": "2026-06-20T17:30"},
        {"exposure_start": "2026-06-06T10:00", "exposure_end": "2026-06-06T17:31"},
        {"reference": "", "notes": "", "infected_count": "1"},
    ],
)
def test_limits_themselves_are_allowed(changes):
    assert errors(case_form(**changes)) == {}


def test_horizon_is_that_of_the_region_s_country():
    belgium = CountryFactory(code="BE", prefix="https://b.example#", host="b.example", horizon_days=1)
    regions = [RegionFactory(), RegionFactory(country=belgium, number=4)]
    words = written(exposure_start="2026-06-18T12:00", exposure_end="2026-06-18T14:00")
    here = CaseForm(words | {"region": regions[0].pk}, regions=regions)
    there = CaseForm(words | {"region": regions[1].pk}, regions=regions)
    assert (errors(here), list(errors(there))) == ({}, ["exposure_end"])
    assert here.chosen_region() == regions[0]


def test_region_is_asked_for_only_where_there_is_a_choice_and_only_own_ones_are_taken():
    own, foreign = [RegionFactory(), RegionFactory(number=69)], RegionFactory(number=75)
    assert "region" not in CaseForm(regions=own[:1]).fields
    assert CaseForm(written(), regions=own[:1]).fields.keys() == CaseForm(regions=own[:1]).fields.keys()
    assert "region" in CaseForm(written(region=foreign.pk), regions=own).errors
    assert "region" in CaseForm(written(region=""), regions=own).errors


def test_correction_starts_from_the_case_and_leaves_untouched_times_alone():
    start = datetime(2026, 6, 19, 10, 0, 30, 123, tzinfo=UTC)
    case = CaseFactory(exposure_start=start, exposure_end=start + timedelta(hours=2), reference="A", notes="B", infected_count=3)
    blank = CaseForm(regions=[], case=case)
    assert 'value="2026-06-19T12:00"' in str(blank["exposure_start"])
    form = CaseForm(written(exposure_end="2026-06-19T14:05"), regions=[], case=case)
    assert form.is_valid()
    details = form.details()
    assert (details["exposure_start"], details["exposure_end"]) == (start, datetime(2026, 6, 19, 12, 5, tzinfo=UTC))
    assert form.chosen_region() == case.region


def test_each_registration_form_has_a_number_of_its_own():
    regions = [RegionFactory()]
    first, second = RegisterForm(regions=regions), RegisterForm(regions=regions)
    assert first["number"].value() != second["number"].value()
    form = RegisterForm(written(number="not a number"), regions=regions)
    assert list(errors(form)) == ["number"]


# --- evidence


def test_pictures_and_links_are_taken_as_they_are():
    form = EvidenceForm({"links": f"\n  {clea_link(1)} \r\n\r\n{clea_link(2)}\n"}, files(3, MAX_BYTES))
    assert errors(form) == {}
    assert form.cleaned_data == {"pictures": [b"xxx", b"x" * MAX_BYTES], "links": [clea_link(1), clea_link(2)]}


def test_form_without_anything_is_a_mistake_only_where_something_is_needed():
    assert errors(EvidenceForm({"links": ""})) == {"__all__": ["Choose a picture of the code, or paste its link."]}
    optional = EvidenceForm({"links": ""}, needed=False)
    assert (errors(optional), optional.cleaned_data) == ({}, {"pictures": [], "links": []})


def test_bad_files_are_named_with_the_limit_that_they_pass():
    form = EvidenceForm({"links": ""}, files(0, 5, MAX_BYTES + 1))
    assert errors(form) == {
        "pictures": [
            "“photo0.jpg” is empty. Choose it again, or another one.",
            "“photo2.jpg” has 16 MB, more than the 15 MB allowed. Send a photo of the code alone.",
        ]
    }


def test_too_many_files_are_refused():
    assert errors(EvidenceForm({"links": ""}, files(*[1] * 11))) == {"pictures": ["Choose 10 files at most."]}
    assert errors(EvidenceForm({"links": ""}, files(*[1] * 10))) == {}


def test_bad_links_are_named_by_their_line():
    form = EvidenceForm(
        {"links": "\n".join(["hello", clea_link(1), "https://tac.gouv.fr?v=0#AAAA", clea_link(1).partition("#")[2]])}
    )
    assert errors(form) == {
        "links": [
            "Line 1: this is not the link of a CLÉA code.",
            "Line 3: it is cut off; copy the whole link.",
            "Line 4: the country's address is missing before the # sign; copy the whole link.",
        ]
    }


def test_too_many_links_are_refused():
    links = "\n".join(clea_link(seed) for seed in range(11))
    assert errors(EvidenceForm({"links": links})) == {"links": ["Paste 10 links at most."]}


def test_files_of_a_form_that_comes_back_have_to_be_chosen_again():
    form = EvidenceForm({"links": "hello"}, files(1))
    form.ask_for_pictures_again()
    assert errors(form)["pictures"] == ["Choose the files again: browsers do not keep them when a form comes back."]
    form = EvidenceForm({"links": "hello"})
    form.ask_for_pictures_again()
    assert list(errors(form)) == ["links"]


def test_limits_stand_on_the_form():
    text = str(EvidenceForm().fields["pictures"].help_text)
    assert text == "JPEG, PNG, WebP, HEIC, AVIF or PDF. Up to 10 files of 15 MB and 50 megapixels each."


# --- decisions


@pytest.mark.parametrize(("counts_twice", "warning"), [(True, "it counts twice"), (False, "it still counts once")])
def test_decision_says_what_sending_again_would_do(counts_twice, warning):
    form = DecisionForm(counts_twice=counts_twice)
    assert warning in dict(form.fields["decision"].choices)["again"]


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({}, ["decision", "reason"]),
        ({"decision": "perhaps", "reason": "So."}, ["decision"]),
        ({"decision": "again", "reason": "   "}, ["reason"]),
        ({"decision": "again", "reason": "x" * 501}, ["reason"]),
        ({"decision": "arrived", "reason": "Their operator saw it."}, []),
    ],
)
def test_decision_needs_a_choice_and_a_reason(data, wrong):
    assert list(DecisionForm(data, counts_twice=True).errors) == wrong
