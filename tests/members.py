"""People of an organisation, signed in."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.models import Organisation, User
from clea_portal.protocol.keys import private_key_hex
from tests.factories import (
    SK_CLIENT,
    SK_SA,
    MembershipFactory,
    OrganisationFactory,
    RegionFactory,
    VenueTypeFactory,
    ready_country,
)


def member(organisation: Organisation, role: MemberRole = MemberRole.OWNER) -> User:
    return MembershipFactory(organisation=organisation, role=role).user


def signed_in(user: User) -> Client:
    """A browser that asks for English pages."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def organisation_with_choices(**country: Any) -> Organisation:
    """An organisation of a country that can issue codes, with one region and one type of place to choose."""
    organisation = OrganisationFactory(country=ready_country(**country))
    # Valid at every moment that a test chooses as its now.
    for keys in (organisation.country.server.keys, organisation.country.tracing.keys):
        keys.update(valid_from=datetime(2020, 1, 1, tzinfo=UTC))
    RegionFactory(country=organisation.country)
    VenueTypeFactory(country=organisation.country)
    return organisation


def load_demonstration(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demonstration's data, with keys that the tests know."""
    settings.DEMONSTRATION = True
    monkeypatch.setenv("CLEA_SANDBOX_SK_SA", private_key_hex(SK_SA))
    monkeypatch.setenv("CLEA_DEMONSTRATION_CLIENT_KEY", private_key_hex(SK_CLIENT))
    call_command("load_demonstration")
