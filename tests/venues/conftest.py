import pytest

from clea_portal.accounts.enums import MemberRole
from tests.members import load_demonstration, member, signed_in
from tests.venues.making import opened_venue


@pytest.fixture
def venue(db):
    return opened_venue()


@pytest.fixture
def code(venue):
    return venue.codes.static().get(room=None)


@pytest.fixture
def owner(venue):
    return signed_in(member(venue.organisation))


@pytest.fixture
def reader(venue):
    return signed_in(member(venue.organisation, MemberRole.READER))


@pytest.fixture
def demonstration(db, settings, monkeypatch):
    load_demonstration(settings, monkeypatch)
