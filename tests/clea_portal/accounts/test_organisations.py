import pytest
from django.test import Client
from django.urls import reverse

from clea_portal.accounts.models import Membership, Organisation
from clea_portal.accounts.organisations import found_first_organisation
from clea_portal.audit.models import AuditEvent
from tests.factories import CountryFactory, MembershipFactory, UserFactory
from tests.members import signed_in

pytestmark = pytest.mark.django_db
URL = "/organisations/new/"


@pytest.fixture
def france():
    return CountryFactory()


def test_first_organisation_makes_its_founder_the_owner(france):
    user = UserFactory()
    organisation = found_first_organisation(by=user, name="Camille", country=france)
    assert Organisation.objects.get().name == "Camille"
    assert Membership.objects.values_list("user", "organisation", "role").get() == (user.pk, organisation.pk, "owner")
    assert AuditEvent.objects.values_list("verb", "actor", "subject_uuid", "details").get() == (
        "founded",
        user.pk,
        organisation.uuid,
        {},
    )


def test_second_click_founds_no_second_organisation(france):
    user = UserFactory()
    first = found_first_organisation(by=user, name="Camille", country=france)
    assert found_first_organisation(by=user, name="Camille", country=france) == first
    assert Organisation.objects.count() == 1


def test_page_asks_one_question_and_goes_on(france):
    browser = signed_in(UserFactory())
    form = browser.get(URL, {"next": "/events/new/"}).context["form"]
    assert list(form.fields) == ["name"]
    response = browser.post(URL, {"name": "  Fêtes & Foires\t", "next": "/events/new/"})
    assert (response.status_code, response.headers["Location"]) == (302, "/events/new/")
    assert Organisation.objects.values_list("name", "country").get() == ("Fêtes & Foires", france.pk)


def test_page_asks_for_the_country_where_several_issue_codes(france):
    belgium = CountryFactory(code="BE", prefix="https://clea.example.be?v=0#", host="clea.example.be")
    browser = signed_in(UserFactory())
    assert list(browser.post(URL, {"name": "Camille"}).context["form"].errors) == ["country"]
    browser.post(URL, {"name": "Camille", "country": belgium.pk})
    assert Organisation.objects.get().country == belgium


def test_country_that_issues_no_codes_is_not_offered(france):
    CountryFactory(code="BE", prefix="https://clea.example.be?v=0#", host="clea.example.be", issues_codes=False)
    assert list(signed_in(UserFactory()).get(URL).context["form"].fields) == ["name"]


@pytest.mark.parametrize("name", ["", "  ", "\x00", "x" * 121])
def test_name_that_is_none_is_refused(name, france):
    response = signed_in(UserFactory()).post(URL, {"name": name})
    assert (response.status_code, list(response.context["form"].errors)) == (200, ["name"])
    assert Organisation.objects.count() == 0


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "-1", "home", ""])
def test_page_goes_on_only_within_the_portal(wanted, france):
    response = signed_in(UserFactory()).post(URL, {"name": "Camille", "next": wanted})
    assert response.headers["Location"] == reverse("venues:list")


def test_member_of_an_organisation_is_not_asked_again(france):
    browser = signed_in(MembershipFactory().user)
    for response in (browser.get(URL, {"next": "/events/"}), browser.post(URL, {"name": "Second", "next": "/events/"})):
        assert (response.status_code, response.headers["Location"]) == (302, "/events/")
    assert Organisation.objects.count() == 1


def test_page_needs_a_signed_in_person_and_a_known_method(france):
    assert Client().get(URL).headers["Location"] == f"{reverse('account_login')}?next={URL}"
    assert signed_in(UserFactory()).delete(URL).status_code == 405
