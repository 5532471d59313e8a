"""An interview, a code, a phone's report, a cluster: with real processes."""

import pytest

from tests.main_job import play_uploads
from tests.processes import running_portal

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]


def test_what_phones_report_after_interviews_becomes_a_cluster():
    steps = []
    with running_portal() as portal:
        play_uploads(portal, say=steps.append)
        assert [one["kind"] for one in portal.sandbox.received()] == ["visits"]
    assert len(steps) == 3
