import pytest

from clea_portal.accounts.enums import MemberRole
from tests.events.making import coming_event
from tests.members import load_demonstration, member, signed_in


@pytest.fixture
def event(db):
    return coming_event()


@pytest.fixture
def code(event):
    return event.codes.get(kind="entrance")


@pytest.fixture
def owner(event):
    return signed_in(member(event.organisation))


@pytest.fixture
def reader(event):
    return signed_in(member(event.organisation, MemberRole.READER))


@pytest.fixture
def demonstration(db, settings, monkeypatch):
    load_demonstration(settings, monkeypatch)
