"""Two people act at the same moment: needs a database that lets two connections write."""

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection

from clea_portal.authorities.models import Country
from mct import assigning, declaring
from mct.enums import CaseState, DeclarationState
from mct.models import Declaration
from mct.searching import find_cases
from tests.factories import RegionFactory, TeamMembershipFactory, linked_case, ready_country

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _two_writers() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one writer")


def at_once(*acts: Callable[[], None]) -> list[str]:
    """What came of acts that several threads began together: ``done``, or the name of what was raised."""
    together = Barrier(len(acts))

    def begin(act: Callable[[], None]) -> str:
        try:
            together.wait(10)
            act()
        except Exception as error:  # noqa: BLE001 - its name is the outcome
            return type(error).__name__
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(begin, acts))


def test_two_cases_that_share_a_declaration_withdraw_it_together(monkeypatch):
    ready_country()
    Country.objects.update(hold_seconds=300)
    first = linked_case()
    second = linked_case(code={"deep_link": first.code.deep_link})
    people = [TeamMembershipFactory().user for _ in range(2)]
    for case, by in zip((first, second), people, strict=True):
        declaring.declare(case=case, by=by)
    declaration = Declaration.objects.get()
    assert declaration.cases.count() == 2
    # Both look for others before either has let go, where nothing keeps them apart.
    looking, decided = Barrier(2), declaring.goes_on_without

    def slowly(*words):
        answer = decided(*words)
        with contextlib.suppress(BrokenBarrierError):
            looking.wait(1)
        return answer

    monkeypatch.setattr(declaring, "goes_on_without", slowly)
    outcomes = at_once(
        lambda: declaring.withdraw(case=first, by=people[0]), lambda: declaring.withdraw(case=second, by=people[1])
    )
    assert outcomes == ["done", "done"]
    declaration.refresh_from_db()
    assert declaration.state == DeclarationState.WITHDRAWN
    for case in (first, second):
        case.refresh_from_db()
        assert case.state == CaseState.READY


def test_several_approve_and_one_is_faster():
    ready_country(four_eyes=True)
    Country.objects.update(four_eyes=True)
    case = linked_case()
    declaring.declare(case=case, by=TeamMembershipFactory().user)
    case.refresh_from_db()
    people = [TeamMembershipFactory().user for _ in range(4)]
    outcomes = at_once(*[lambda by=by: declaring.approve(case=case, by=by, seen=case.state_changed_at) for by in people])
    assert sorted(outcomes).count("done") == 1
    assert Declaration.objects.count() == 1


def test_two_agents_assign_the_same_case_and_one_is_faster():
    case = linked_case()
    people = [TeamMembershipFactory().user for _ in range(4)]
    outcomes = at_once(*[lambda by=by: assigning.assign_case(case=case, to=by, by=by, seen=0) for by in people])
    assert sorted(outcomes) == ["SomeoneWasFaster"] * 3 + ["done"]
    case.refresh_from_db()
    assert (case.assignments, case.assignee) == (1, people[outcomes.index("done")])
    assert case.timeline.get().actor == case.assignee


def test_case_is_handed_over_and_assigned_at_once():
    case, there = linked_case(), RegionFactory(number=69)
    by = TeamMembershipFactory().user
    outcomes = at_once(
        lambda: assigning.assign_case(case=case, to=by, by=by, seen=0),
        lambda: assigning.hand_over(case=case, region=there, by=by, seen=0),
    )
    assert sorted(outcomes) == ["SomeoneWasFaster", "done"]
    case.refresh_from_db()
    assert (case.region == there) == (case.assignee is None)


def test_two_notes_at_once_are_both_found():
    case = linked_case()
    by = TeamMembershipFactory().user
    outcomes = at_once(
        lambda: assigning.add_note(case=case, text="window door", by=by),
        lambda: assigning.add_note(case=case, text="window roof", by=by),
    )
    assert outcomes == ["done", "done"]
    for word in ("window", "door", "roof"):
        assert find_cases(word, regions=frozenset({case.region_id})).ids == {case.pk}
