import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.sandbox import Sandbox, running_sandbox


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    """A sandbox that behaves well. What other tests declared may be in it: ask it by LTId."""
    shared_sandbox.behave("well")
    return shared_sandbox


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Waits until something holds, and fails when it does not within 20 seconds."""

    def wait(holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not holds():
            assert time.monotonic() < deadline, "it did not come to hold"
            time.sleep(0.05)

    return wait


@pytest.fixture
def time_limit() -> Callable[..., AbstractContextManager[None]]:
    """Fails when a block takes longer than ``below`` seconds of this process's own time, whatever else the machine does."""

    @contextmanager
    def measure(*, below: float) -> Iterator[None]:
        begin = time.process_time()
        yield
        assert time.process_time() - begin < below

    return measure
