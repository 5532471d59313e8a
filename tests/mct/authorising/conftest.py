import pytest

from clea_portal.accounts.models import User
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country
from tests.factories import TeamMembershipFactory, ready_country


@pytest.fixture
def interviewer(db: None) -> User:
    """Works in region 38 of a country where uploads are under the team's control."""
    ready_country()
    Country.objects.update(deployment=Deployment.CENTRAL)
    return TeamMembershipFactory().user
