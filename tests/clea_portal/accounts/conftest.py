import pytest

from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.models import Organisation, User
from tests.factories import OrganisationFactory
from tests.members import member


@pytest.fixture
def organisation(db) -> Organisation:
    return OrganisationFactory(name="Les Tables du Drac")


@pytest.fixture
def owner(organisation) -> User:
    return member(organisation)


@pytest.fixture
def editor(organisation, owner) -> User:
    return member(organisation, MemberRole.EDITOR)


@pytest.fixture
def reader(organisation, owner) -> User:
    return member(organisation, MemberRole.READER)
