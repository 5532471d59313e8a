"""Every view of administrators, tried by everybody; its own tests show what it does."""

import pytest
from django.test import Client
from django.urls import reverse

from clea_portal.accounts.enums import TeamRole
from clea_portal.administration.urls import urlpatterns
from tests.factories import (
    AdministrationFactory,
    CountryFactory,
    MembershipFactory,
    RegionFactory,
    TeamFactory,
    TeamMembershipFactory,
)

# Name, what its address names after the country (the fixture of the same name; None: not even a country), the method that
# works, the status for an administrator.
VIEWS = [
    ("countries", None, "get", 200),
    ("country", "country", "get", 200),
    ("health", None, "get", 200),
    ("test_mail", None, "post", 302),
    ("regions", "country", "get", 200),
    ("add_region", "country", "get", 200),
    ("import_regions", "country", "get", 200),
    ("fill_regions", "country", "post", 302),
    ("region", "region", "get", 200),
    ("remove_region", "region", "post", 302),
    ("teams", "country", "get", 200),
    ("add_team", "country", "get", 200),
    ("team", "team", "get", 200),
    ("edit_team", "team", "get", 200),
    ("archive_team", "team", "post", 302),
    ("restore_team", "team", "post", 302),
    ("people", "country", "get", 200),
    ("invite_staff", "country", "get", 200),
    ("colleague", "colleague", "get", 200),
    ("change_staff_role", "colleague", "post", 302),
    ("remove_staff", "colleague", "post", 404),
    ("suspend_staff", "colleague", "post", 302),
    ("lift_suspension", "colleague", "post", 302),
    ("reset_factor", "colleague", "post", 302),
    ("end_staff_sessions", "colleague", "post", 302),
    ("send_staff_invitation", "invitation", "post", 302),
    ("revoke_staff_invitation", "invitation", "post", 302),
    ("venue_types", "country", "get", 200),
    ("add_venue_type", "country", "get", 200),
    ("fill_venue_types", "country", "post", 302),
    ("import_venue_types", "country", "get", 200),
    ("export_venue_types", "country", "get", 200),
    ("venue_type", "venue_type", "get", 200),
    ("arrange_venue_type", "venue_type", "post", 302),
    ("add_venue_category", "country", "get", 200),
    ("venue_category", "venue_category", "get", 200),
    ("arrange_venue_category", "venue_category", "post", 302),
]
NAMED = [view for view in VIEWS if view[1]]


@pytest.fixture
def address(request, country):
    """The address of a view in a country, with whatever its name needs put there."""

    def of(name, subject, code=country.code):
        arguments = [] if subject is None else [code]
        if subject not in (None, "country"):
            named = request.getfixturevalue(subject)
            arguments += named if isinstance(named, tuple) else [named]
        return reverse(f"administration:{name}", args=arguments)

    return of


def elsewhere(**fields):
    return CountryFactory(code="BE", prefix="https://clea.example.be#", host="clea.example.be", **fields)


PEOPLE = {
    "manager": lambda: MembershipFactory().user,
    "agent": lambda: TeamMembershipFactory(team=TeamFactory()).user,
    "lead": lambda: TeamMembershipFactory(team=TeamFactory(), role=TeamRole.LEAD).user,
    "agent of another region": lambda: TeamMembershipFactory(team=TeamFactory(region=RegionFactory(number=69))).user,
}


def test_ladder_has_every_view():
    def names(patterns):
        for pattern in patterns:
            yield from names(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern.name]

    assert sorted(name for name, *_ in VIEWS) == sorted(names(urlpatterns))


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view[0])
def test_view_for_the_administrator(view, address, desk, administrator):
    name, subject, method, status = view
    assert getattr(desk(administrator), method)(address(name, subject)).status_code == status


@pytest.mark.parametrize("view", NAMED, ids=lambda view: view[0])
def test_view_for_an_administrator_of_another_country(view, address, desk):
    name, subject, method, _ = view
    stranger = AdministrationFactory(country=elsewhere()).user
    assert getattr(desk(stranger), method)(address(name, subject)).status_code == 404


@pytest.mark.parametrize("view", [view for view in NAMED if view[1] != "country"], ids=lambda view: view[0])
def test_thing_of_one_country_under_another(view, address, desk, administrator):
    name, subject, method, _ = view
    other = elsewhere()
    AdministrationFactory(country=other, user=administrator)
    assert getattr(desk(administrator), method)(address(name, subject, other.code)).status_code == 404


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view[0])
def test_view_for_everybody_else(view, who, address, desk):
    name, subject, method, _ = view
    browser = desk(PEOPLE[who]())
    assert getattr(browser, method)(address(name, subject)).status_code == 404


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view[0])
def test_view_for_nobody(view, address):
    name, subject, method, _ = view
    url = address(name, subject)
    response = getattr(Client(), method)(url)
    assert (response.status_code, response.headers["Location"]) == (302, f"{reverse('account_login')}?next={url}")


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view[0])
def test_view_without_the_second_factor(view, address, sign_in, administrator):
    name, subject, method, _ = view
    browser = sign_in(administrator, second_factor=False)
    response = getattr(browser, method)(address(name, subject))
    assert (response.status_code, response.headers["Location"]) == (302, reverse("mfa_index"))


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view[0])
def test_view_by_a_wrong_method(view, address, desk, administrator):
    name, subject, method, _ = view
    url, browser = address(name, subject), desk(administrator)
    wrong = {"put", "delete", "patch"} | ({"get"} if method == "post" else set())
    assert {getattr(browser, verb)(url).status_code for verb in wrong} == {405}


@pytest.mark.parametrize("view", NAMED, ids=lambda view: view[0])
def test_view_of_a_country_that_does_not_exist(view, address, desk, administrator):
    name, subject, method, _ = view
    assert getattr(desk(administrator), method)(address(name, subject, "XX")).status_code == 404
