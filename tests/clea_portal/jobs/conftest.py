import pytest

from tests.clea_portal.jobs import handlers
from tests.factories import UserFactory
from tests.members import signed_in


@pytest.fixture(autouse=True)
def _kinds(settings):
    settings.JOB_KINDS = handlers.KINDS
    settings.JOB_CHECKS = {}


@pytest.fixture
def owner(db):
    return UserFactory()


@pytest.fixture
def browser(owner):
    return signed_in(owner)


@pytest.fixture
def woken(monkeypatch):
    """Ids of the jobs for which a worker was woken."""
    ids = []
    monkeypatch.setattr("clea_portal.jobs.running.app.send_task", lambda name, *, args, retry: ids.append((name, *args)))
    return ids
