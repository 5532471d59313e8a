"""The languages of a country, and where they are offered."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from clea_portal.authorities.languages import POSTER_LANGUAGES, validate_languages
from clea_portal.codes.printing.choices import language_choices, preferred_language
from clea_portal.posters.poster import LANGUAGES
from tests.factories import CountryFactory, MembershipFactory, VenueFactory, ready_country


def test_they_are_those_of_posters():
    assert POSTER_LANGUAGES == LANGUAGES
    assert CountryFactory.build().languages == list(LANGUAGES)


@pytest.mark.parametrize("value", [[], None, "fr", ["fr", "fr"], ["xx"], [["fr"]], {"fr": 1}])
def test_others_are_refused(value):
    with pytest.raises(ValidationError):
        validate_languages(value)


def test_choice_and_preference():
    assert [code for code, _label in language_choices(["nl", "fr"])] == ["fr", "nl"]
    with translation.override("fr"):
        assert (preferred_language(["nl", "fr"]), preferred_language(["nl", "de"])) == ("fr", "nl")


def test_country_offers_its_own(sign_in, db):
    country = ready_country(languages=["nl", "fr"])
    membership = MembershipFactory(organisation__country=country)
    venue = VenueFactory(organisation=membership.organisation)
    browser = sign_in(membership.user)
    form = browser.get(reverse("displays:add", args=[venue.uuid])).context["form"]
    assert ([code for code, _name in form.fields["language"].choices], form["language"].value()) == (["fr", "nl"], "nl")
    page = browser.get(reverse("keeping:make", args=["venue"])).context["keep_form"]
    assert ([code for code, _name in page.fields["language"].choices], page["language"].value()) == (["fr", "nl"], "nl")
