"""A country's settings after it was added."""

import pytest
from django.urls import reverse
from django.utils import timezone

from clea_portal.audit.models import AuditEvent
from events.codes import complete_codes
from events.issued import count as events_count
from tests.clea_portal.administration.test_assistant import RULES
from tests.factories import CountryFactory, EventFactory, UserFactory, VenueFactory
from venues.codes import issue_code
from venues.issued import count as venues_count

LINKS = {"host": "tac.gouv.fr", "prefix": "https://tac.gouv.fr/2?v=0#"}


@pytest.fixture
def browser(desk, administrator):
    return desk(administrator)


def page(group):
    return reverse("administration:settings_change", args=["FR", group])


def test_change_is_kept_and_noted(browser, country):
    response = browser.post(page("rules"), RULES | {"four_eyes": "no"})
    assert response.headers["Location"] == reverse("administration:settings", args=["FR"])
    country.refresh_from_db()
    assert (country.application_name, country.hold_seconds, country.four_eyes) == ("Coronalert", 60, False)
    event = AuditEvent.objects.get()
    assert event.verb == "country_changed"
    assert event.details["before"]["hold_seconds"] == 0
    assert event.details["after"]["hold_seconds"] == 60
    assert "four_eyes" not in event.details["after"]


def test_nothing_different_is_not_noted(browser, country):
    form = browser.get(page("languages")).context["form"]
    browser.post(page("languages"), {name: form[name].value() for name in form.fields})
    assert AuditEvent.objects.count() == 0


def test_code_of_a_country_stays(browser, country):
    browser.post(page("identity"), {"code": "XX", "issues_codes": "no", "name_fr": "La France", "name_en": "France"})
    country.refresh_from_db()
    assert (country.code, country.issues_codes, country.name_fr) == ("FR", True, "La France")


def test_prefix_changes_at_once_while_no_code_was_issued(browser, country):
    assert browser.post(page("links"), LINKS).status_code == 302
    country.refresh_from_db()
    assert country.prefix == LINKS["prefix"]


@pytest.mark.parametrize(("group", "changes"), [("links", LINKS), ("deployment", {"deployment": "3"})])
def test_what_touches_issued_codes_is_confirmed_first(browser, country, group, changes):
    issue_code(venue=VenueFactory(), by=UserFactory(), now=timezone.now())
    complete_codes(EventFactory().pk, by=UserFactory(), now=timezone.now())
    given = {"asynchronous_style": "type_1"} | changes
    response = browser.post(page(group), given)
    assert response.status_code == 200
    assert response.context["consequences"][0] == "3 codes were issued and are still kept."
    assert AuditEvent.objects.filter(verb="country_changed").count() == 0
    assert browser.post(page(group), given | {"confirmed": "yes"}).status_code == 302
    assert AuditEvent.objects.filter(verb="country_changed").count() == 1


def test_confirmation_passes_by_no_error(browser, country):
    response = browser.post(page("links"), LINKS | {"prefix": "https://tac.gouv.fr", "confirmed": "yes"})
    assert response.context["form"].errors.keys() == {"prefix"}


def test_only_codes_of_this_country_count(country):
    issue_code(venue=VenueFactory(), by=UserFactory(), now=timezone.now())
    other = CountryFactory(code="BE", prefix="https://clea.example.be#", host="clea.example.be")
    assert [(venues_count(one), events_count(one)) for one in (country, other)] == [(1, 0), (0, 0)]


def test_foreign_country_has_two_groups(browser, administrator):
    other = CountryFactory(code="BE", prefix="https://clea.example.be#", host="clea.example.be", issues_codes=False)
    administrator.administrations.create(country=other)
    shown = browser.get(reverse("administration:settings", args=["BE"])).context["groups"]
    assert [each["group"].name for each in shown] == ["identity", "links"]
    assert browser.get(reverse("administration:settings_change", args=["BE", "rules"])).status_code == 404


def test_group_that_does_not_exist(browser, country):
    assert browser.get(page("nothing")).status_code == 404
