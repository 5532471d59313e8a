import pytest
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.errors import Gone
from clea_portal.accounts.models import StaffInvitation
from clea_portal.accounts.roles import roles_of
from clea_portal.administration.staff_errors import NameTaken, TeamHasWork
from clea_portal.administration.teams import add_team, archive_team, change_team, restore_team
from clea_portal.audit.models import AuditEvent
from mct.enums import CaseState
from tests.factories import CaseFactory, RegionFactory, StaffInvitationFactory, TeamFactory, TeamMembershipFactory


@pytest.fixture
def isere(country):
    return RegionFactory(country=country, number=38)


@pytest.fixture
def isere_team(isere):
    return TeamFactory(region=isere, name="Isère")


def fresh_roles(user):
    return roles_of(type(user).objects.get(pk=user.pk))


def test_team_is_added_renamed_and_moved(isere, administrator, country):
    rhone = RegionFactory(country=country, number=69)
    team = add_team(isere, by=administrator, name="Cellule")
    change_team(team, by=administrator, name="Cellule 38", region=isere)
    member = TeamMembershipFactory(team=team).user
    change_team(team, by=administrator, name="Cellule 69", region=rhone)
    team.refresh_from_db()
    assert (team.name, team.region, fresh_roles(member).regions) == ("Cellule 69", rhone, {rhone.pk})
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == ["team_added", "team_renamed", "team_moved"]


def test_name_is_given_once_a_region(isere, isere_team, administrator):
    with pytest.raises(NameTaken):
        add_team(isere, by=administrator, name="Isère")
    other = TeamFactory(region=isere, name="Grenoble")
    with pytest.raises(NameTaken):
        change_team(other, by=administrator, name="Isère", region=isere)
    other.refresh_from_db()
    assert other.name == "Grenoble"


@pytest.mark.parametrize("whose", ["team", "member"])
def test_team_with_an_open_case_neither_moves_nor_is_archived(isere, isere_team, administrator, country, whose):
    member = TeamMembershipFactory(team=isere_team).user
    case = CaseFactory(region=isere, **({"team": isere_team} if whose == "team" else {"assignee": member}))
    for act in (
        lambda: archive_team(isere_team, by=administrator, now=timezone.now()),
        lambda: change_team(isere_team, by=administrator, name="X", region=RegionFactory(country=country, number=69)),
    ):
        with pytest.raises(TeamHasWork, match="1 open case"):
            act()
    isere_team.refresh_from_db()
    assert (isere_team.name, isere_team.region, isere_team.archived_at) == ("Isère", isere, None)
    type(case).objects.update(state=CaseState.CLOSED)
    archive_team(isere_team, by=administrator, now=timezone.now())


def test_case_of_a_member_who_works_in_another_team_there_holds_nothing_back(isere, isere_team, administrator):
    member = TeamMembershipFactory(team=isere_team).user
    TeamMembershipFactory(team=TeamFactory(region=isere, name="Grenoble"), user=member)
    CaseFactory(region=isere, assignee=member)
    archive_team(isere_team, by=administrator, now=timezone.now())
    assert fresh_roles(member).regions == {isere.pk}


def test_archived_team_opens_nothing_and_comes_back(isere_team, administrator):
    member = TeamMembershipFactory(team=isere_team).user
    StaffInvitationFactory(country=isere_team.region.country, team=isere_team)
    archive_team(isere_team, by=administrator, now=timezone.now())
    assert (fresh_roles(member).is_tracer, StaffInvitation.objects.count()) == (False, 0)
    with pytest.raises(Gone):
        archive_team(isere_team, by=administrator, now=timezone.now())
    restore_team(isere_team, by=administrator)
    assert fresh_roles(member).is_tracer
    with pytest.raises(Gone):
        restore_team(isere_team, by=administrator)


def test_page_offers_a_team_of_the_country_only(desk, country, administrator):
    page = desk(administrator).post(reverse("administration:add_team", args=["FR"]), {"region": "99", "name": "Cellule"})
    assert list(page.context["form"].errors) == ["region"]


@pytest.mark.parametrize("rows", [1, 3])
def test_list_of_teams_asks_as_often_whatever_it_holds(desk, country, administrator, django_assert_num_queries, rows):
    for number in range(rows):
        TeamMembershipFactory(team=TeamFactory(region=RegionFactory(country=country, number=number)))
    browser, url = desk(administrator), reverse("administration:teams", args=["FR"])
    browser.get(url)
    with django_assert_num_queries(9):
        browser.get(url)
