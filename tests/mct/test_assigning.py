from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from clea_portal.accounts.enums import TeamRole
from clea_portal.audit.models import AuditEvent
from mct.assigning import NotOfTheRegion, add_note, assign_case, desk_of, follow_up, hand_over, key_of
from mct.enums import CaseState
from mct.models import Case, TimelineEntry
from mct.moves import IllegalMove, SomeoneWasFaster
from mct.searching import find_cases
from mct.timeline import tell
from tests.factories import (
    CaseFactory,
    CountryFactory,
    RegionFactory,
    TeamFactory,
    TeamMembershipFactory,
    UserFactory,
    linked_case,
)

pytestmark = pytest.mark.django_db


def whose(case):
    case.refresh_from_db()
    return case.assignee, case.team, case.assignments


def told(case):
    return [(line.title, line.text, line.who) for line in tell(case)]


def test_case_goes_to_oneself_to_a_colleague_to_a_lead_to_a_team_and_to_nobody(agent, colleague):
    case, team, lead = CaseFactory(), TeamFactory(), TeamMembershipFactory(role=TeamRole.LEAD).user
    for number, to in enumerate((agent, colleague, lead, team, None), start=1):
        assign_case(case=case, to=to, by=agent, seen=number - 1)
        is_team = to == team
        assert whose(case) == (None if is_team else to, team if is_team else None, number)
    assert told(case) == [
        ("Case assigned", f"To: {who}", str(agent)) for who in ("nobody", team.name, str(lead), str(colleague), str(agent))
    ]
    assert [event.details for event in AuditEvent.objects.order_by("pk")][:2] == [
        {"to": key_of(agent)},
        {"to": key_of(colleague)},
    ]


def test_who_has_it_keeps_it_and_nothing_is_noted(agent):
    case = CaseFactory()
    assign_case(case=case, to=agent, by=agent)
    assign_case(case=case, to=agent, by=agent)
    assert (whose(case), TimelineEntry.objects.count()) == ((agent, None, 1), 1)


def test_others_than_people_and_teams_of_the_region_do_not_get_it(agent):
    case, elsewhere = CaseFactory(), TeamFactory(region=RegionFactory(number=69))
    gone = TeamMembershipFactory(user=UserFactory(is_active=False)).user
    for to in (elsewhere, TeamMembershipFactory(team=elsewhere).user, UserFactory(), gone):
        with pytest.raises(NotOfTheRegion):
            assign_case(case=case, to=to, by=agent)
    assert (whose(case), TimelineEntry.objects.count()) == ((None, None, 0), 0)


def test_case_that_changed_hands_meanwhile_is_left_alone(agent, colleague):
    case = CaseFactory()
    assign_case(case=case, to=colleague, by=colleague, seen=0)
    for act in (
        lambda: assign_case(case=case, to=agent, by=agent, seen=0),
        lambda: hand_over(case=case, region=RegionFactory(number=69), by=agent, seen=0),
    ):
        with pytest.raises(SomeoneWasFaster):
            act()
    assert whose(case) == (colleague, None, 1)


def test_closed_case_is_left_alone(agent):
    case, other = linked_case(state=CaseState.CLOSED), RegionFactory(number=69)
    for act in (
        lambda: assign_case(case=case, to=agent, by=agent),
        lambda: hand_over(case=case, region=other, by=agent),
        lambda: follow_up(case=case, on=timezone.localdate(), by=agent),
        lambda: add_note(case=case, text="Too late.", by=agent),
    ):
        with pytest.raises(IllegalMove):
            act()
    assert TimelineEntry.objects.count() == 0


def test_database_knows_no_case_of_two(agent):
    case = CaseFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(assignee=agent, team=TeamFactory())


def test_hand_over_takes_everything_along_and_leaves_it_to_nobody(agent):
    case, there = linked_case(notes="window"), RegionFactory(number=69, name="Rhône")
    here = case.region
    assign_case(case=case, to=agent, by=agent)
    add_note(case=case, text="door", by=agent)
    hand_over(case=case, region=there, by=agent)
    assert whose(case) == (None, None, 2)
    assert (case.region, case.codes.count(), case.state) == (there, 1, CaseState.READY)
    assert told(case)[0] == ("Case handed to another region", "From 38 Region 38 to 69 Rhône.", str(agent))
    for word in ("window", "door"):
        assert find_cases(word, regions=frozenset({here.pk})).ids == frozenset()
        assert find_cases(word, regions=frozenset({there.pk})).ids == {case.pk}


def test_hand_over_stays_in_the_country_and_goes_somewhere_else(agent):
    case = CaseFactory()
    belgium = CountryFactory(code="BE", prefix="https://b.example#", host="b.example")
    for region in (case.region, RegionFactory(country=belgium)):
        with pytest.raises(IllegalMove):
            hand_over(case=case, region=region, by=agent)


def test_follow_up_is_set_moved_and_taken_away(agent):
    case, day = CaseFactory(), timezone.localdate() + timedelta(days=2)
    for on in (day, day, day + timedelta(days=1), None):
        follow_up(case=case, on=on, by=agent)
        case.refresh_from_db()
        assert case.follow_up_on == on
    assert told(case)[0][1] == "No more."
    assert TimelineEntry.objects.count() == 3


def test_note_is_dated_signed_encrypted_and_not_in_the_audit_trail(agent):
    case = CaseFactory()
    add_note(case=case, text="Called Tuesday’s guide.", by=agent)
    assert told(case) == [("Note", "“Called Tuesday’s guide.”", str(agent))]
    stored = TimelineEntry.objects.extra(select={"kept": "remark"}).values_list("kept", flat=True).get()
    assert "Tuesday" not in stored
    assert [(event.verb, event.details) for event in AuditEvent.objects.all()] == [("noted", {})]


def test_person_who_has_left_is_told_as_such(agent):
    case, gone = CaseFactory(), TeamMembershipFactory().user
    assign_case(case=case, to=gone, by=agent)
    gone.delete()
    assert told(case)[0][1] == "To: somebody who has left"
    assert whose(case)[:2] == (None, None)


def test_desk_names_teams_and_active_people_of_the_regions_once(agent):
    other = TeamFactory(name="Second")
    TeamMembershipFactory(user=agent, team=other)
    TeamMembershipFactory(user=UserFactory(is_active=False))
    TeamMembershipFactory(team=TeamFactory(region=RegionFactory(number=69)))
    desk = desk_of([other.region_id])
    assert ({team.name for team in desk.teams}, desk.people) == ({"Second", "Team of 38"}, [agent])
    assert (desk.find(key_of(agent)), desk.find(key_of(other)), desk.find("user:nonsense"), desk.find("")) == (
        agent,
        other,
        None,
        None,
    )
