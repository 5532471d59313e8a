"""Every view of administrators, tried by everybody; its own tests show what it does."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from clea_portal.accounts.enums import TeamRole
from clea_portal.authorities.consents import ConsentAct, ConsentState, KeyConsent
from clea_portal.authorities.models import ServerKey
from clea_portal.protocol.keys import public_key_hex
from tests.factories import (
    SK_CLIENT,
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
    ("settings", "country", "get", 200),
    ("settings_change", "country", "get", 200),
    ("assistant_start", None, "post", 302),
    ("profile_import", None, "get", 200),
    ("profile", "country", "get", 200),
    ("profile_download", "country", "get", 200),
    ("server", "country", "get", 200),
    ("server_address", "country", "get", 200),
    ("server_credentials", "country", "get", 200),
    ("server_new_client_key", "country", "post", 302),
    ("server_incoming", "country", "get", 200),
    ("server_exposure", "country", "get", 200),
    ("server_keys", "country", "get", 200),
    ("server_key_withdraw", "planned_key", "post", 302),
    ("connection", "country", "get", 200),
    ("connection_status", "country", "get", 302),
    ("connection_start", "country", "post", 302),
    ("test_code", "country", "post", 200),
    ("tracing", "country", "get", 200),
    ("tracing_make", "country", "get", 200),
    ("tracing_import", "country", "get", 200),
    ("tracing_key", "fingerprint", "get", 200),
    ("tracing_rehearsal", "fingerprint", "get", 200),
    ("tracing_take_back", "fingerprint", "post", 302),
    ("tracing_ask_export", "fingerprint", "get", 200),
    ("tracing_ask_destroy", "fingerprint", "get", 200),
    ("tracing_consent", "export_consent", "get", 200),
    ("tracing_export", "export_consent", "get", 200),
    ("tracing_destroy", "destroy_consent", "get", 200),
    ("log", "country", "get", 200),
    ("log_export", "country", "post", 302),
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
# Of the country only: what else its address names is no row of it.
WITHIN = {"settings_change": ["rules"]}
# Drafts belong to a person, not to a country: tests of their own (test_assistant) try them.
OF_ONES_OWN = ["assistant", "assistant_discard", "assistant_finish", "assistant_summary"]
NAMED = [view for view in VIEWS if view[1]]


@pytest.fixture
def planned_key(country):
    """One that can still be withdrawn."""
    return ServerKey.objects.create(
        authority=country.server,
        public_key=public_key_hex(SK_CLIENT.public_key()),
        valid_from=timezone.now() + timedelta(days=1),
    ).pk


@pytest.fixture
def fingerprint(country):
    return country.tracing.keys.get().fingerprint


def consent(country, administrator, act):
    """Approved just now."""
    colleague, now = AdministrationFactory(country=country).user, timezone.now()
    key = country.tracing.keys.get()
    fields = {"state": ConsentState.APPROVED, "asked_by": administrator, "approved_by": colleague, "approved_at": now}
    return KeyConsent.objects.create(key=key, act=act, reason="rehearsal", asked_at=now, **fields).uuid


@pytest.fixture
def export_consent(country, administrator):
    return consent(country, administrator, ConsentAct.EXPORT)


@pytest.fixture
def destroy_consent(country, administrator):
    return consent(country, administrator, ConsentAct.DESTROY)


@pytest.fixture
def address(request, country):
    """The address of a view in a country, with whatever its name needs put there."""

    def of(name, subject, code=country.code):
        arguments = [] if subject is None else [code, *WITHIN.get(name, ())]
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
    _, resolver = get_resolver().namespace_dict["administration"]
    assert sorted([name for name, *_ in VIEWS] + OF_ONES_OWN) == sorted(
        name for name in resolver.reverse_dict if isinstance(name, str)
    )


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
