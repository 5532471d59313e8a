import pytest

from clea_portal.accounts.models import User
from clea_portal.authorities.models import Country
from tests.factories import AdministrationFactory, ready_country


@pytest.fixture
def country(db) -> Country:
    """One that can issue codes and declare clusters."""
    return ready_country()


@pytest.fixture
def administrator(country) -> User:
    return AdministrationFactory(country=country).user
