import pytest

from clea_portal.api.enums import Scope
from tests.clea_portal.api.calling import Program, program
from tests.members import organisation_with_choices


@pytest.fixture
def organisation(db):
    return organisation_with_choices()


@pytest.fixture
def issuer(organisation) -> Program:
    return program(organisation)


@pytest.fixture
def reader(organisation) -> Program:
    return program(organisation, scope=Scope.READ)
