"""The whole path with real processes, and what it leaves in the database."""

import pytest

from tests.main_job import play
from tests.processes import running_portal
from tests.whole.dump import dump, traces

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]


def test_poster_becomes_a_case_and_a_warning(setup):
    steps = []
    with running_portal(**setup) as portal:
        played = play(portal, say=steps.append)
        rows = dump(portal)
    assert steps[-1] == "the phone of a visitor who was not stays silent"
    assert traces(rows, played) == []
