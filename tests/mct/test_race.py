"""Two people act at the same moment: needs a database that lets two connections write."""

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, BrokenBarrierError, Event

import pytest
from django.db import connection
from django.utils import timezone

from clea_portal.administration.staff import suspend
from clea_portal.authorities.models import Country
from mct import assigning, contact_links, declaring, dossiers, merging
from mct.cases import register_case
from mct.enums import CaseState, DeclarationState
from mct.messages import handling
from mct.models import Case, Declaration, Dossier, Picture
from mct.searching import find_cases
from tests.factories import CaseFactory, ContactMessageFactory, RegionFactory, TeamMembershipFactory, linked_case, ready_country

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


def test_two_agents_merge_the_same_two_cases_and_one_is_faster():
    case = linked_case(reference="kept")
    duplicate = linked_case(code={"deep_link": case.code.deep_link})
    people = [TeamMembershipFactory().user for _ in range(4)]
    pairs = [(case, duplicate), (duplicate, case)] * 2

    def act(pair, by):
        seen = pair[0].state_changed_at, pair[1].state_changed_at
        return lambda: merging.merge(case=pair[0], duplicate=pair[1], by=by, seen=seen)

    outcomes = at_once(*[act(pair, by) for pair, by in zip(pairs, people, strict=True)])
    assert sorted(outcomes) == ["SomeoneWasFaster"] * 3 + ["done"]
    kept, closed = pairs[outcomes.index("done")]
    for each in (kept, closed):
        each.refresh_from_db()
    assert (kept.state, closed.state, closed.merged_into) == (CaseState.READY, CaseState.CLOSED, kept)
    assert kept.timeline.filter(entry="merged").count() == 1


@pytest.mark.parametrize("which", [0, 1])
def test_case_is_merged_while_another_approves_it(which):
    ready_country(four_eyes=True)
    Country.objects.update(four_eyes=True, hold_seconds=300)
    case = linked_case()
    pair = [case, linked_case(code={"deep_link": case.code.deep_link}, exposure_end=case.exposure_end + timedelta(hours=1))]
    waiting = pair[which]
    declaring.declare(case=waiting, by=TeamMembershipFactory().user)
    for each in pair:
        each.refresh_from_db()
    people = [TeamMembershipFactory().user for _ in range(2)]
    seen = pair[0].state_changed_at, pair[1].state_changed_at
    outcomes = at_once(
        lambda: merging.merge(case=pair[0], duplicate=pair[1], by=people[0], seen=seen),
        lambda: declaring.approve(case=waiting, by=people[1], seen=waiting.state_changed_at),
    )
    assert sorted(outcomes) == ["SomeoneWasFaster", "done"]
    for each in pair:
        each.refresh_from_db()
    if outcomes[0] == "done":
        assert ([each.state for each in pair], Declaration.objects.count()) == ([CaseState.LINKING, CaseState.CLOSED], 0)
    else:
        assert (waiting.state, Declaration.objects.count(), pair[1].merged_into) == (CaseState.DECLARING, 1, None)


def test_places_are_added_at_once_and_each_has_its_number():
    case = linked_case()
    by = TeamMembershipFactory().user
    details = {name: getattr(case, name) for name in ("region", "exposure_start", "exposure_end", "infected_count")}
    others = [{"reference": "", "notes": "", "pictures": [], "links": [], **details} for _ in range(4)]
    outcomes = at_once(*[lambda words=words: register_case(by=by, beside=case, **words) for words in others])
    # Who found no dossier and comes second finds that the case has one by now.
    assert set(outcomes) <= {"done", "SomeoneWasFaster"}
    assert Dossier.objects.count() == 1
    places = sorted(Case.objects.values_list("place", flat=True))
    assert places == list(range(1, outcomes.count("done") + 2))


def test_persons_of_two_duplicates_become_one_while_a_place_is_added():
    by = TeamMembershipFactory().user
    case = linked_case()
    duplicate = linked_case(code={"deep_link": case.code.deep_link})
    others = [linked_case(), linked_case()]
    dossiers.put_together(case=case, other=others[0], by=by)
    dossiers.put_together(case=duplicate, other=others[1], by=by)
    details = {name: getattr(case, name) for name in ("region", "exposure_start", "exposure_end", "infected_count")}
    words = {"reference": "", "notes": "", "pictures": [], "links": [], **details}
    outcomes = at_once(
        lambda: merging.merge(case=case, duplicate=duplicate, by=by),
        lambda: register_case(by=by, beside=others[1], **words),
        lambda: assigning.assign_case(case=others[1], to=by, by=by),
    )
    assert outcomes[0] == outcomes[2] == "done"
    assert outcomes[1] in ("done", "SomeoneWasFaster")
    case.refresh_from_db()
    assert set(Case.objects.values_list("dossier", flat=True)) == {case.dossier_id}
    places = sorted(Case.objects.values_list("place", flat=True))
    assert places == list(range(1, len(places) + 1))


def test_contact_sends_a_picture_while_the_case_is_merged():
    ready_country()
    case, duplicate, by = CaseFactory(), CaseFactory(), TeamMembershipFactory().user
    link = contact_links.make_link(case=duplicate, by=by, now=timezone.now())
    outcomes = at_once(
        lambda: merging.merge(case=case, duplicate=duplicate, by=by),
        lambda: contact_links.send_codes(link, pictures=[b"x"], now=timezone.now()),
    )
    assert outcomes in (["done", "SomeoneWasFaster"], ["SomethingIsUnderWay", "done"])
    assert [picture.case for picture in Picture.objects.all()] in ([], [duplicate])


def test_case_given_in_the_instant_of_a_suspension_stays_nobody_s(monkeypatch):
    country, now = ready_country(), timezone.now()
    member = TeamMembershipFactory(team__region__country=country)
    lead = TeamMembershipFactory(team=member.team, role="lead").user
    case = CaseFactory(region=member.team.region)
    suspended, allowed = Event(), assigning._is_of_the_region

    def slowly(*words):
        answer = allowed(*words)
        # As long as it takes to suspend somebody, where nothing keeps the two apart.
        suspended.wait(1)
        return answer

    def suspend_member():
        suspend(member.user, country=country, by=lead, now=now)
        suspended.set()

    monkeypatch.setattr(assigning, "_is_of_the_region", slowly)
    outcomes = at_once(lambda: assigning.assign_case(case=case, to=member.user, by=lead), suspend_member)
    case.refresh_from_db()
    assert (outcomes[1], case.assignee) == ("done", None)
    assert outcomes[0] in ("done", "NotOfTheRegion")


def test_message_taken_in_the_instant_of_a_suspension_stays_nobody_s():
    country, now = ready_country(), timezone.now()
    for _ in range(5):
        member = TeamMembershipFactory(team__region__country=country)
        message = ContactMessageFactory(region=member.team.region, country=country)
        outcomes = at_once(
            lambda member=member, message=message: handling.take(message, by=member.user),
            lambda member=member: suspend(member.user, country=country, by=None, now=now),
        )
        message.refresh_from_db()
        assert (outcomes[1], message.taken_by) == ("done", None)
        assert outcomes[0] in ("done", "SomeoneWasFaster")
