from collections.abc import Iterator

import pytest

from clea_portal.accounts.models import User
from mct import waking
from tests.factories import TeamMembershipFactory
from tests.sandbox import Sandbox, running_sandbox


@pytest.fixture
def agent(db: None) -> User:
    """Works on the cases of region 38."""
    return TeamMembershipFactory().user


@pytest.fixture
def colleague(db: None) -> User:
    """Works on the cases of region 38 too."""
    return TeamMembershipFactory().user


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What would have gone to the broker: names of tasks with the row that each is for, in order."""
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr(waking.app, "send_task", lambda name, *, args, **_: sent.append((name, *args)))
    return sent


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    """A sandbox that behaves well. What other tests declared may be in it: ask it by LTId."""
    shared_sandbox.behave("well")
    return shared_sandbox
