import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.urls import reverse

from clea_portal.accounts.enums import TeamRole
from clea_portal.accounts.models import Administration, User, UserSession
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country
from tests.factories import PASSWORD, CountryFactory, MembershipFactory, TeamMembershipFactory, UserFactory

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clear_rate_limits():
    cache.clear()


def log_in(client, user):
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def code_of(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def tracer():
    return TeamMembershipFactory(role=TeamRole.AGENT).user


def administrator():
    user = UserFactory()
    Administration.objects.create(user=user, country=CountryFactory())
    return user


def staff():
    user = UserFactory(is_staff=True)
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("make_user", [tracer, administrator, staff])
def test_role_without_second_factor_opens_no_page(client, make_user):
    log_in(client, make_user())
    for name in ("start", "venues:list", "events:list", "mct:case_list", "admin:index"):
        response = client.get(reverse(name))
        assert (response.status_code, response.headers.get("Location")) == (302, reverse("mfa_index")), name
    assert client.get(reverse("mfa_index")).status_code == 200


@pytest.mark.parametrize("make_user", [tracer, administrator, staff])
def test_session_from_before_the_second_factor_is_asked_for_it(client, make_user):
    user = make_user()
    log_in(client, user)
    TOTP.activate(user, SECRET)
    response = client.get(reverse("start"))
    assert (response.status_code, response["Location"]) == (302, f"{reverse('mfa_reauthenticate')}?next=%2Fstart%2F")


def test_tracer_with_second_factor_gets_in(client):
    user = tracer()
    TOTP.activate(user, SECRET)
    response = log_in(client, user)
    assert response["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("mct:case_list"))["Location"].startswith(reverse("account_login"))
    client.post(reverse("mfa_authenticate"), {"code": code_of(SECRET)})
    assert client.get(reverse("mct:case_list")).status_code == 200


def test_manager_needs_no_second_factor(client):
    user = MembershipFactory().user
    log_in(client, user)
    assert client.get(reverse("start"))["Location"] == reverse("venues:list")
    assert client.get(reverse("venues:list")).status_code == 200


def test_deployment_without_tracing_makes_an_agent_an_ordinary_person(client):
    user = tracer()
    Country.objects.update(deployment=Deployment.NONE)
    log_in(client, user)
    assert client.get(reverse("mct:case_list")).status_code == 404


def test_secret_of_a_second_factor_is_encrypted_in_database_and_session(client):
    user = tracer()
    log_in(client, user)
    client.get(reverse("mfa_activate_totp"))
    pending = client.session["mfa.totp.secret"]
    stored = UserSession.objects.get(session_key=client.session.session_key).session_data
    assert pending not in stored
    client.post(reverse("mfa_activate_totp"), {"code": code_of(pending)})
    data = Authenticator.objects.get(user=user, type="totp").data
    assert pending not in str(data)
    assert TOTP(Authenticator.objects.get(user=user, type="totp")).validate_code("not a code") is False


def test_email_address_is_one_account_whatever_its_case(client):
    UserFactory(email="claire@example.org")
    response = client.post(
        reverse("account_signup"),
        {"email": "Claire@Example.org", "password1": "a fine long password", "password2": "a fine long password"},
    )
    assert response.status_code == 302
    assert User.objects.count() == 1


def test_password_alone_opens_no_page_of_a_second_factor_that_is_set_up(client):
    user = tracer()
    log_in(client, user)
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    for name in ("mfa_index", "mfa_view_recovery_codes", "mfa_deactivate_totp", "account_change_password", "account_email"):
        response = client.get(reverse(name))
        assert response.status_code == 302, name
        assert response["Location"].startswith(reverse("mfa_reauthenticate")), name


def test_administration_signs_in_where_everybody_does(client):
    user = UserFactory(is_staff=True, is_superuser=True)
    response = client.post("/administration/login/", {"username": user.email, "password": PASSWORD})
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session
