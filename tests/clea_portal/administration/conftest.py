import pytest

from clea_portal.accounts.models import User
from clea_portal.authorities.models import Country, VenueCategory
from tests.factories import (
    AdministrationFactory,
    RegionFactory,
    StaffInvitationFactory,
    TeamFactory,
    TeamMembershipFactory,
    VenueTypeFactory,
    ready_country,
)


@pytest.fixture
def country(db) -> Country:
    """One that can issue codes and declare clusters."""
    return ready_country()


@pytest.fixture
def administrator(country) -> User:
    return AdministrationFactory(country=country).user


# What addresses name, for the ladder: a region's number, the UUID of a team, of a person, of an invitation.


@pytest.fixture
def region(country) -> int:
    return RegionFactory(country=country, number=7).number


@pytest.fixture
def team(country):
    return TeamFactory(region__country=country).uuid


@pytest.fixture
def colleague(country):
    return TeamMembershipFactory(team__region__country=country).user.uuid


@pytest.fixture
def invitation(country):
    return StaffInvitationFactory(country=country, team__region__country=country).uuid


@pytest.fixture
def venue_type(country) -> int:
    return VenueTypeFactory(country=country).number


@pytest.fixture
def venue_category(country) -> tuple[int, int]:
    row = VenueCategory.objects.create(country=country, level=1, number=2, label_fr="Petit", label_en="Small")
    return row.level, row.number
