import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.enums import TeamRole
from clea_portal.accounts.errors import Gone
from clea_portal.accounts.models import Administration, StaffInvitation, TeamMembership, UserSession
from clea_portal.accounts.roles import Roles, roles_of
from clea_portal.administration.staff import (
    change_team_role,
    lift_suspension,
    remove_administrator,
    remove_from_team,
    reset_second_factor,
    suspend,
)
from clea_portal.administration.staff_errors import LastAdministrator, NotOneself, WorksElsewhereToo
from clea_portal.api.enums import CaseScope
from clea_portal.api.tokens import find_caller, make_token
from clea_portal.audit.models import AuditEvent
from mct.messages.models import ContactMessage
from mct.models import Case
from tests.factories import (
    AdministrationFactory,
    CaseFactory,
    ContactMessageFactory,
    CountryFactory,
    MembershipFactory,
    RegionFactory,
    StaffInvitationFactory,
    TeamFactory,
    TeamMembershipFactory,
)


@pytest.fixture
def membership(country):
    return TeamMembershipFactory(team__region__country=country)


@pytest.fixture
def agent(membership):
    return membership.user


def again(user):
    return type(user).objects.get(pk=user.pk)


def act(user, by, country, how=suspend):
    how(user, country=country, by=by, now=timezone.now())


def elsewhere():
    return CountryFactory(code="BE", prefix="https://clea.example.be#", host="clea.example.be")


def test_suspended_person_loses_pages_and_programs_at_once_and_keeps_the_rest(desk, agent, administrator, country):
    MembershipFactory(user=agent, organisation__country=country)
    _, secret = make_token(by=agent, organisation=None, name="Desk", scope=CaseScope.READ, lifetime=None, now=timezone.now())
    browser = desk(agent)
    assert (browser.get(reverse("mct:case_list")).status_code, find_caller(secret, now=timezone.now()) is None) == (200, False)
    act(agent, administrator, country)
    assert (browser.get(reverse("mct:case_list")).status_code, find_caller(secret, now=timezone.now())) == (404, None)
    assert browser.get(reverse("venues:list")).status_code == 200
    assert roles_of(again(agent)) == Roles()
    act(agent, administrator, country, lift_suspension)
    assert (browser.get(reverse("mct:case_list")).status_code, find_caller(secret, now=timezone.now()) is None) == (200, False)


def test_suspension_and_its_end_are_noted(agent, membership, administrator, country):
    act(agent, administrator, country)
    membership.refresh_from_db()
    assert (membership.suspended_by, membership.suspended_at is None) == (administrator, False)
    act(agent, administrator, country, lift_suspension)
    membership.refresh_from_db()
    assert (membership.suspended_by, membership.suspended_at, membership.warned_at) == (None, None, None)
    events = AuditEvent.objects.order_by("pk").values_list("verb", "actor", "subject", "details__person")
    assert list(events) == [
        ("access_suspended", administrator.pk, "accounts.teammembership", str(agent.uuid)),
        ("access_restored", administrator.pk, "accounts.teammembership", str(agent.uuid)),
    ]


def test_suspending_twice_and_lifting_twice_change_nothing(agent, administrator, country):
    act(agent, administrator, country)
    with pytest.raises(Gone):
        act(agent, administrator, country)
    act(agent, administrator, country, lift_suspension)
    with pytest.raises(Gone):
        act(agent, administrator, country, lift_suspension)
    assert AuditEvent.objects.count() == 2


def test_open_work_of_a_suspended_person_is_nobodys(agent, membership, administrator, country):
    region = membership.team.region
    mine, other = CaseFactory(region=region, assignee=agent), CaseFactory(region=region)
    closed = CaseFactory(region=region, assignee=agent, state="closed")
    message = ContactMessageFactory(region=region, taken_by=agent)
    act(agent, administrator, country)
    assert list(Case.objects.order_by("pk").values_list("pk", "assignee", "assignments")) == [
        (mine.pk, None, 1),
        (other.pk, None, 0),
        (closed.pk, agent.pk, 0),
    ]
    assert list(mine.timeline.values_list("entry", "actor", "params")) == [("assigned", None, {"to": ""})]
    assert ContactMessage.objects.get(pk=message.pk).taken_by is None
    assert list(message.history.values_list("entry", "actor")) == [("given_back", None)]


def test_person_of_two_teams_of_a_region_keeps_cases_when_one_is_left(agent, membership, administrator):
    TeamMembershipFactory(user=agent, team=TeamFactory(region=membership.team.region, name="Another"))
    case = CaseFactory(region=membership.team.region, assignee=agent)
    remove_from_team(membership, by=administrator)
    assert Case.objects.get(pk=case.pk).assignee == agent


def test_nobody_gives_or_takes_their_own_role(administrator, country):
    AdministrationFactory(country=country)
    membership = TeamMembershipFactory(user=administrator, team__region__country=country)
    administration = administrator.administrations.get()
    for refused in (
        lambda: act(administrator, administrator, country),
        lambda: change_team_role(membership, by=administrator, role=TeamRole.LEAD),
        lambda: remove_from_team(membership, by=administrator),
        lambda: remove_administrator(administration, by=administrator),
        lambda: reset_second_factor(administrator, by=administrator),
    ):
        with pytest.raises(NotOneself):
            refused()
    assert (TeamMembership.objects.get().role, Administration.objects.count()) == (TeamRole.AGENT, 2)


def test_last_administrator_stays(administrator, country):
    other = AdministrationFactory(country=country)
    AdministrationFactory(country=elsewhere())
    act(administrator, other.user, country)
    for refused in (
        lambda: act(other.user, None, country),
        lambda: remove_administrator(other, by=None),
    ):
        with pytest.raises(LastAdministrator):
            refused()
    assert roles_of(again(other.user)).administers == {country.pk}
    act(administrator, other.user, country, lift_suspension)
    remove_administrator(other, by=administrator)
    assert roles_of(again(other.user)).administers == set()


def test_who_cannot_sign_in_is_no_administrator_to_count_on(administrator, country):
    other = AdministrationFactory(country=country, user__is_active=False)
    with pytest.raises(LastAdministrator):
        act(administrator, other.user, country)


def test_invitations_by_who_is_suspended_or_removed_are_over(administrator, country):
    other = AdministrationFactory(country=country)
    StaffInvitationFactory(country=country, team__region__country=country, invited_by=other.user)
    StaffInvitationFactory(country=country, team__region__country=country, invited_by=administrator)
    act(other.user, administrator, country)
    assert StaffInvitation.objects.get().invited_by == administrator


def test_role_in_a_team_is_changed(membership, administrator):
    change_team_role(membership, by=administrator, role=TeamRole.LEAD)
    change_team_role(membership, by=administrator, role=TeamRole.LEAD)
    assert (TeamMembership.objects.get().role, AuditEvent.objects.get().details["after"]) == ("lead", {"role": "lead"})


def test_lost_second_factor_is_reset(sign_in, desk, agent, administrator, country):
    lost = desk(agent)
    desk(administrator).post(reverse("administration:reset_factor", args=["FR", agent.uuid]))
    assert (Authenticator.objects.filter(user=agent).exists(), UserSession.objects.filter(account=agent).exists()) == (
        False,
        False,
    )
    assert lost.get(reverse("mct:case_list")).status_code == 302
    answer = sign_in(agent, second_factor=False).get(reverse("mct:case_list"))
    assert answer.headers["Location"] == reverse("mfa_index")
    assert [(message.to, message.subject) for message in mail.outbox] == [
        ([agent.email], "[CLÉA] Votre second facteur a été réinitialisé")
    ]
    assert list(AuditEvent.objects.values_list("verb", "actor", "subject_uuid")) == [
        ("second_factor_reset", administrator.pk, agent.uuid)
    ]


@pytest.mark.parametrize("why", ["staff", "other country", "suspended elsewhere"])
def test_second_factor_of_who_opens_more_is_not_reset(agent, administrator, why):
    TOTP.activate(agent, "CLEATESTSCLEATESTSCLEATESTSCLEAT")
    if why == "staff":
        agent.is_staff = True
    else:
        suspended = timezone.now() if why == "suspended elsewhere" else None
        AdministrationFactory(user=agent, country=elsewhere(), suspended_at=suspended)
    with pytest.raises(WorksElsewhereToo):
        reset_second_factor(agent, by=administrator)
    assert Authenticator.objects.filter(user=agent).exists()


def test_sessions_are_shown_and_ended(desk, sign_in, agent, administrator, country):
    first, second = desk(agent), sign_in(agent)
    browser, url = desk(administrator), reverse("administration:colleague", args=["FR", agent.uuid])
    sessions = browser.get(url).context["sessions"]
    assert len(sessions) == 2
    assert first.session.session_key not in browser.get(url).content.decode()
    end = reverse("administration:end_staff_sessions", args=["FR", agent.uuid])
    browser.post(end, {"session": sessions[0].reference})
    assert UserSession.objects.filter(account=agent).count() == 1
    browser.post(end)
    assert [one.get(reverse("start")).headers["Location"][:15] for one in (first, second)] == ["/account/login/"] * 2
    assert browser.get(url).status_code == 200
    assert list(AuditEvent.objects.values_list("verb", "details__sessions")) == [("sessions_ended", 1)] * 2


def test_administrator_sees_no_case_and_lead_no_page_of_administration(desk, administrator, country):
    lead = TeamMembershipFactory(team__region__country=country, role=TeamRole.LEAD)
    case = CaseFactory(region=lead.team.region)
    browser = desk(administrator)
    paths = (reverse("mct:case_list"), reverse("mct:case", args=[case.uuid]), reverse("contact_messages:list"))
    assert [browser.get(path).status_code for path in paths] == [404] * 3
    other = desk(lead.user)
    named = [("people", ["FR"]), ("teams", ["FR"]), ("country", ["FR"]), ("countries", []), ("health", [])]
    assert [other.get(reverse(f"administration:{name}", args=args)).status_code for name, args in named] == [404] * 5


def test_list_of_people_is_narrowed(desk, administrator, country):
    agent = TeamMembershipFactory(team__region__country=country, user__email="agent@example.org").user
    gone = TeamMembershipFactory(team__region__country=country, user__email="gone@example.org").user
    act(gone, administrator, country)
    browser, url = desk(administrator), reverse("administration:people", args=["FR"])
    TOTP.activate(gone, "CLEATESTSCLEATESTSCLEATESTSCLEAT")

    def found(**query):
        return [row.user for row in browser.get(url, query).context["rows"]]

    assert found(q="agent@") == [agent]
    assert found(show="suspended") == [gone]
    assert found(show="no_factor") == [agent]
    assert found(show="administrators") == [administrator]
    assert found(show="nonsense", q="nobody") == []


@pytest.mark.parametrize("rows", [1, 3])
def test_list_of_people_asks_as_often_whatever_it_holds(desk, country, administrator, django_assert_num_queries, rows):
    for number in range(rows):
        team = TeamFactory(region=RegionFactory(country=country, number=number))
        TOTP.activate(TeamMembershipFactory(team=team).user, "CLEATESTSCLEATESTSCLEATESTSCLEAT")
        StaffInvitationFactory(country=country, team=team)
    browser, url = desk(administrator), reverse("administration:people", args=["FR"])
    browser.get(url)
    with django_assert_num_queries(13):
        browser.get(url)


def test_mail_tells_of_suspension_and_its_end(desk, agent, administrator, country):
    browser = desk(administrator)
    browser.post(reverse("administration:suspend_staff", args=["FR", agent.uuid]))
    browser.post(reverse("administration:lift_suspension", args=["FR", agent.uuid]))
    assert [(message.to, message.subject) for message in mail.outbox] == [
        ([agent.email], "[CLÉA] Votre accès à l’autorité (France) est suspendu"),
        ([agent.email], "[CLÉA] Votre accès à l’autorité (France) est rétabli"),
    ]
    assert administrator.email in mail.outbox[0].body


def test_deleting_the_account_waits_for_the_role_to_be_taken_away_even_if_suspended(desk, agent, administrator, country):
    act(agent, administrator, country)
    page = desk(agent).post(reverse("delete_account"), follow=True)
    assert not hasattr(again(agent), "deletion"), page.status_code
