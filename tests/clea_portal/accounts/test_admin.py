import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse

from tests.factories import UserFactory


@pytest.mark.parametrize("model", [EmailAddress, Authenticator, Group])
def test_administration_cannot_take_over_an_account(model):
    assert not admin.site.is_registered(model)


@pytest.mark.django_db
def test_administration_does_not_change_an_address(sign_in):
    administrator = UserFactory(is_staff=True, is_superuser=True)
    person = UserFactory(email="claire@example.org")
    browser = sign_in(administrator)
    page = reverse("admin:accounts_user_change", args=[person.pk])
    empty = {
        f"{inline}-{count}": "0"
        for inline in ("team_memberships", "administrations")
        for count in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    response = browser.post(page, empty | {"email": "mine@example.org", "time_zone": "Europe/Paris", "is_active": "on"})
    assert response.status_code == 302
    person.refresh_from_db()
    assert person.email == "claire@example.org"
