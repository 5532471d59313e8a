import pytest
from allauth.mfa.totp.internal.auth import TOTP

from tests.e2e import browser as browsing
from tests.e2e.conftest import browser, open_page, pytest_collection_modifyitems, site
from tests.factories import TeamMembershipFactory

__all__ = ["browser", "open_page", "pytest_collection_modifyitems", "site"]


@pytest.fixture
def tracer(transactional_db):
    user = TeamMembershipFactory().user
    TOTP.activate(user, "CLEATESTSCLEATESTSCLEATESTSCLEAT")
    return user


@pytest.fixture
def desk_page(open_page, site, tracer):
    """Opens a page on which the tracer is signed in."""

    def make(**choices):
        page = open_page(language="en", **choices)
        browsing.sign_in(page, tracer, base_url=site, second_factor=True)
        return page

    return make
