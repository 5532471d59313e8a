"""Days are counted while cases change: needs a database that lets two connections write."""

from threading import Event

import pytest
from django.db import connection
from django.utils import timezone

from mct.cases import close_case
from mct.counting import recount
from mct.enums import ClosingReason
from mct.figure_changes import case_changed
from mct.figure_models import DayChange
from mct.models import Case
from tests.factories import CaseFactory, TeamMembershipFactory
from tests.mct.test_counting import fresh, kept
from tests.mct.test_race import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _two_writers() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one writer")


def test_no_change_is_lost_while_several_workers_count():
    now, by = timezone.now(), TeamMembershipFactory().user
    cases = CaseFactory.create_batch(20, created_at=now)
    for case in cases:
        case_changed(case)
    over = Event()

    def close(some):
        for case in some:
            close_case(case=case, reason=ClosingReason.OTHER, by=by)
        if case == cases[-1]:
            over.set()

    def count():
        while not over.is_set():
            recount()

    outcomes = at_once(lambda: close(cases[:10]), lambda: close(cases[10:]), count, count)
    assert outcomes == ["done"] * 4
    recount()
    assert (kept() == fresh(), DayChange.objects.count()) == (True, 0)
    assert {case.state for case in Case.objects.all()} == {"closed"}
