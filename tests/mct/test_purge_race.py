"""A case is deleted, past its retention, at the moment in which somebody acts on it: needs a database with two writers."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from mct import assigning, contact_links, dossiers, duplicates, merging, sharing
from mct.cases import close_case, correct_case
from mct.counting import recount
from mct.declaring import declare
from mct.enums import CaseState, ClosingReason
from mct.linking import link_case
from mct.models import Case
from mct.retention import purge
from tests.factories import TeamMembershipFactory, linked_case, ready_country
from tests.mct.counted import count_everything
from tests.mct.test_counting import fresh, kept
from tests.mct.test_race import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ACTS = {
    "assign": lambda case, other, by: assigning.assign_case(case=case, to=by, by=by),
    "follow up": lambda case, other, by: assigning.follow_up(case=case, on=timezone.localdate(), by=by),
    "note": lambda case, other, by: assigning.add_note(case=case, text="words", by=by),
    "correct": lambda case, other, by: correct_case(
        case=case,
        exposure_start=case.exposure_start,
        exposure_end=case.exposure_end + timedelta(hours=1),
        infected_count=2,
        reference="",
        notes="",
        by=by,
    ),
    "declare": lambda case, other, by: declare(case=case, by=by),
    "close": lambda case, other, by: close_case(case=case, reason=ClosingReason.OTHER, by=by),
    "link of the contact": lambda case, other, by: contact_links.make_link(case=case, by=by, now=timezone.now()),
    "number for the manager": lambda case, other, by: sharing.ask_for_code(case=case, by=by, now=timezone.now()),
    "merge": lambda case, other, by: merging.merge(case=case, duplicate=other, by=by),
    "merge the other way": lambda case, other, by: merging.merge(case=other, duplicate=case, by=by),
    "keep apart": lambda case, other, by: duplicates.keep_apart(case=case, other=other, by=by),
    "same person": lambda case, other, by: dossiers.put_together(case=case, other=other, by=by),
    "worker": lambda case, other, by: link_case(case.pk),
}


@pytest.fixture(autouse=True)
def _two_writers() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one writer")


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("both_old", [True, False])
def test_case_is_deleted_while_somebody_acts_on_it(act, both_old):
    ready_country(case_retention_days=30)
    by, old = TeamMembershipFactory().user, timezone.now() - timedelta(days=100)
    for _ in range(3):
        case = linked_case(state_changed_at=old, created_at=old)
        other = linked_case(code={"deep_link": case.code.deep_link}, **({"state_changed_at": old} if both_old else {}))
        outcomes = at_once(lambda: purge(now=timezone.now()), lambda case=case, other=other: ACTS[act](case, other, by))
        assert outcomes[0] == "done"
        # What is deleted is gone for whoever comes second; nothing fails in a way that no page has words for.
        assert outcomes[1] in ("done", "Gone", "SomeoneWasFaster")
        assert (not Case.objects.filter(pk=case.pk).exists()) or outcomes[1] == "done"
    recount()
    assert not Case.objects.filter(state=CaseState.READY, state_changed_at__lte=old).exclude(pk__in=_touched()).exists()
    count_everything()
    assert kept() == fresh()


def _touched():
    """Cases that something was done to: they are deleted the next time, if they are still old then."""
    return Case.objects.exclude(timeline=None).values("pk")
