import pytest
from django.utils.translation import override

from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import VenueCategory
from clea_portal.codes.forms import PlaceForm
from clea_portal.codes.places import PlaceDetails
from tests.factories import VenueFactory
from tests.members import organisation_with_choices

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.fixture
def organisation():
    return organisation_with_choices()


def form_of(organisation, **typed):
    country = organisation.country
    fields = {
        "name": "La Table du Drac",
        "venue_type": country.venue_types.get().pk,
        "region": country.regions.get().pk,
        "phone": "+33 4 65 71 00 38",
        "pin": "380038",
    }
    return PlaceForm(fields | typed, country=country, organisations=[organisation])


def test_valid_form_gives_the_details(organisation):
    form = form_of(organisation)
    assert form.is_valid()
    assert form.cleaned_data["organisation"] == organisation
    assert form.details() == PlaceDetails(
        name="La Table du Drac",
        venue_type=organisation.country.venue_types.get(),
        region=organisation.country.regions.get(),
        phone="33465710038",
        pin="380038",
    )


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Chez \t Camille ", "Chez Camille"),
        ("Chez\r\nCamille", "Chez\nCamille"),
        ("Chez\x1b[31m Camille\x7f", "Chez[31m Camille"),
        ("👩‍🍳 Chez Camille 🍕", "👩‍🍳 Chez Camille 🍕"),
        ("مطعم السلام", "مطعم السلام"),
        ("a\u202eb", "ab"),
        ("x" * 120, "x" * 120),
        ("\n".join(["x" * 39] * 3), "\n".join(["x" * 39] * 3)),
    ],
)
def test_name_is_stored_as_it_is_printed(typed, name, organisation):
    form = form_of(organisation, name=typed)
    assert form.is_valid()
    assert form.details().name == name


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("x" * 121, "This name is too long: shorten it to 120 characters."),
        ("x" * 201, "This name is too long: shorten it to 120 characters."),
        ("\x1b\u200b", "Give a name that can be read: letters or numbers."),
        ("", "This field is required."),
    ],
)
def test_name_that_cannot_be_printed_is_refused(typed, sentence, organisation):
    assert form_of(organisation, name=typed).errors == {"name": [sentence]}


@pytest.mark.parametrize("typed", ["04 65 71 00 38", "04.65.71.00.38", "0465710038", "+33465710038", "0033 4 65 71 00 38"])
def test_phone_in_national_or_international_form(typed, organisation):
    form = form_of(organisation, phone=typed)
    assert form.is_valid()
    assert form.details().phone == "33465710038"


@pytest.mark.parametrize("typed", ["12", "04 65 71 00", "+33 4 65 71 00 38 99", "call me", "+999 123456"])
def test_phone_that_cannot_be_called_is_refused(typed, organisation):
    sentence = "This number cannot be called. Write it like 01 23 45 67 89 or +33 1 23 45 67 89."
    assert form_of(organisation, phone=typed).errors == {"phone": [sentence]}


@pytest.mark.parametrize("typed", ["380038", " 380 038 ", "000000"])
def test_pin_of_six_digits(typed, organisation):
    form = form_of(organisation, pin=typed)
    assert form.is_valid()
    assert form.details().pin == typed.replace(" ", "")


@pytest.mark.parametrize("typed", ["12345", "1234567", "12345a", "١٢٣٤٥٦"])
def test_pin_of_anything_else_is_refused(typed, organisation):
    form = form_of(organisation, pin=typed)
    assert [message.startswith("The PIN has exactly six digits, for instance ") for message in form.errors["pin"]] == [True]
    assert list(form.errors) == ["pin"]


def test_proposed_pins_differ(organisation):
    pins = {PlaceForm(country=organisation.country)["pin"].value() for _ in range(20)}
    assert {(len(pin), pin.isdecimal()) for pin in pins} == {(6, True)}
    assert len(pins) > 10


def test_categories_are_offered_where_the_country_has_them(organisation):
    VenueCategory.objects.create(country=organisation.country, level=1, number=4, label_fr="…", label_en="Up to 300")
    form = form_of(organisation, venue_category1="4", venue_category2="3")
    assert (form.fields["venue_category1"].choices, "venue_category2" in form.fields) == ([(4, "Up to 300")], False)
    assert form.is_valid()
    assert (form.details().venue_category1, form.details().venue_category2) == (4, 0)


def test_category_that_is_no_longer_asked_for_stays_as_it_was(organisation):
    country = organisation.country
    venue = VenueFactory(organisation=organisation, venue_category1=4, venue_category2=2)
    typed = {"name": "X", "venue_type": venue.venue_type_id, "region": venue.region_id, "phone": "0465710038", "pin": "380038"}
    form = PlaceForm(typed, country=country, place=venue)
    assert form.is_valid()
    assert (form.details().venue_category1, form.details().venue_category2) == (4, 2)


def test_form_without_contact_tracing_has_no_contact():
    organisation = organisation_with_choices(deployment=Deployment.NONE)
    form = form_of(organisation)
    assert {"phone", "pin"}.isdisjoint(form.fields)
    assert form.is_valid()
    assert (form.details().phone, form.details().pin) == ("", "")
