import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.enums import StaffRole
from clea_portal.accounts.errors import Gone, OtherAddress, TooMany
from clea_portal.accounts.models import StaffInvitation
from clea_portal.accounts.retention import purge
from clea_portal.accounts.roles import roles_of
from clea_portal.administration import staff_invitations
from clea_portal.administration.staff import suspend
from clea_portal.administration.staff_errors import HasThisRole, InvitedAlready, NotOneself, Suspended, TeamArchived
from clea_portal.administration.staff_invitations import accept_staff_invitation, invite_staff
from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country, Team
from tests.factories import AdministrationFactory, StaffInvitationFactory, TeamFactory, TeamMembershipFactory, UserFactory

NO_TEAM = "An administrator belongs to no team. Choose no team, or another role."


@pytest.fixture
def isere(country):
    return TeamFactory(region__country=country, name="Isère")


def invite(country, by, email="new@example.org", role=StaffRole.AGENT, team=None, now=None):
    return invite_staff(country, by=by, email=email, role=role, team=team, language="en", now=now or timezone.now())


def address(token, name="staff_invitation"):
    return reverse(name, args=[token])


def test_invited_person_joins_and_must_set_up_a_second_factor(desk, sign_in, administrator, country, isere):
    form = {"email": "New@Example.org", "role": "lead", "team": str(isere.uuid), "language": "en"}
    answer = desk(administrator).post(reverse("administration:invite_staff", args=["FR"]), form)
    assert answer.headers["Location"] == reverse("administration:people", args=["FR"])
    (message,) = mail.outbox
    assert (message.to, message.subject) == (
        ["new@example.org"],
        "[CLÉA] Invitation to work for the authority of France",
    )
    path = re.search(r"http://localhost:8000(\S+)", message.body)[1]
    assert Client().get(path).status_code == 200
    person = UserFactory(email="new@example.org")
    browser = sign_in(person, second_factor=False)
    assert browser.post(f"{path}accept/").headers["Location"] == reverse("start")
    assert [(row.team, row.role) for row in person.team_memberships.all()] == [(isere, "lead")]
    assert browser.get(reverse("mct:case_list")).headers["Location"] == reverse("mfa_index")
    assert (Client().get(path).status_code, StaffInvitation.objects.count()) == (410, 0)
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", "actor", "side")) == [
        ("staff_invited", administrator.pk, "authority"),
        ("staff_joined", person.pk, "authority"),
    ]
    assert AuditEvent.objects.latest("pk").details["invited_by"] == str(administrator.uuid)


def test_administrator_is_invited(administrator, country):
    _, token = invite(country, administrator, role=StaffRole.ADMINISTRATOR)
    person = UserFactory(email="new@example.org")
    accept_staff_invitation(token, by=person, now=timezone.now())
    assert (roles_of(person).administers, roles_of(person).is_tracer) == ({country.pk}, False)


def test_token_is_kept_as_its_hash_and_the_address_encrypted(administrator, country, isere):
    invitation, token = invite(country, administrator, team=isere)
    stored = str(StaffInvitation.objects.filter(pk=invitation.pk).values())
    assert token not in stored


def test_nobody_invites_themselves(administrator, country, isere):
    EmailAddress.objects.create(user=administrator, email="second@example.org", verified=True)
    for email in (administrator.email.upper(), "Second@example.org"):
        with pytest.raises(NotOneself):
            invite(country, administrator, email=email, team=isere)
    _, token = invite(country, administrator, email="later@example.org", team=isere)
    EmailAddress.objects.create(user=administrator, email="later@example.org", verified=True)
    with pytest.raises(NotOneself):
        accept_staff_invitation(token, by=administrator, now=timezone.now())
    assert not administrator.team_memberships.exists()


def test_link_is_for_the_confirmed_address_alone(administrator, country, isere):
    _, token = invite(country, administrator, team=isere)
    other, unconfirmed = UserFactory(), UserFactory(email="new@example.org")
    EmailAddress.objects.filter(user=unconfirmed).update(verified=False)
    for person in (other, unconfirmed):
        with pytest.raises(OtherAddress):
            accept_staff_invitation(token, by=person, now=timezone.now())
    EmailAddress.objects.filter(user=unconfirmed).update(verified=True)
    accept_staff_invitation(token, by=unconfirmed, now=timezone.now())
    with pytest.raises(Gone):
        accept_staff_invitation(token, by=unconfirmed, now=timezone.now())


def test_link_works_for_a_week(administrator, country, isere):
    now = timezone.now()
    _, token = invite(country, administrator, team=isere, now=now - timedelta(days=7))
    with pytest.raises(Gone):
        accept_staff_invitation(token, by=UserFactory(email="new@example.org"), now=now)
    assert purge(now=now) == 0
    assert purge(now=now + timedelta(days=7)) == 1


def test_who_is_there_or_suspended_or_invited_is_not_invited(administrator, country, isere):
    member = TeamMembershipFactory(team=isere).user
    with pytest.raises(HasThisRole):
        invite(country, administrator, email=member.email, team=isere)
    suspend(member, country=country, by=administrator, now=timezone.now())
    with pytest.raises(Suspended):
        invite(country, administrator, email=member.email, role=StaffRole.ADMINISTRATOR)
    invite(country, administrator, team=isere)
    with pytest.raises(InvitedAlready):
        invite(country, administrator, email="NEW@example.org", team=isere)
    invite(country, administrator, role=StaffRole.ADMINISTRATOR)
    Team.objects.update(archived_at=timezone.now())
    with pytest.raises(TeamArchived):
        invite(country, administrator, email="other@example.org", team=Team.objects.get())


def test_limits(administrator, country, isere, monkeypatch):
    monkeypatch.setattr(staff_invitations, "OPEN_INVITATIONS", 2)
    monkeypatch.setattr(staff_invitations, "MAILS_OF_A_COUNTRY", 3)
    first, _ = invite(country, administrator, email="a@example.org", team=isere)
    invite(country, administrator, email="b@example.org", team=isere)
    with pytest.raises(TooMany, match="2 invitations are waiting"):
        invite(country, administrator, email="c@example.org", team=isere)
    first.delete()
    invite(country, administrator, email="c@example.org", team=isere)
    StaffInvitation.objects.all().delete()
    with pytest.raises(TooMany, match="3 invitations a day"):
        invite(country, administrator, email="d@example.org", team=isere)


def test_sent_again_the_first_link_is_over_and_it_is_the_second_administrators(desk, administrator, country, isere):
    invitation, token = invite(country, administrator, team=isere)
    other = AdministrationFactory(country=country).user
    desk(other).post(reverse("administration:send_staff_invitation", args=["FR", invitation.uuid]))
    invitation.refresh_from_db()
    assert (invitation.invited_by, Client().get(address(token)).status_code, len(mail.outbox)) == (other, 410, 1)


def test_revoked_and_declined(desk, administrator, country, isere):
    invitation, token = invite(country, administrator, team=isere)
    desk(administrator).post(reverse("administration:revoke_staff_invitation", args=["FR", invitation.uuid]))
    assert Client().get(address(token)).status_code == 410
    invitation, token = invite(country, administrator, team=isere)
    answer = Client().post(address(token, "decline_staff_invitation"))
    assert (answer.headers["Location"], StaffInvitation.objects.count()) == (reverse("home"), 0)
    assert Client().post(address(token, "decline_staff_invitation")).status_code == 410
    assert AuditEvent.objects.latest("pk").verb == "staff_invitation_declined"


def test_accepting_needs_an_account_and_the_button(sign_in, administrator, country, isere):
    _, token = invite(country, administrator, team=isere)
    url = address(token, "accept_staff_invitation")
    assert Client().post(url).headers["Location"] == f"{reverse('account_login')}?next={url}"
    browser = sign_in(UserFactory(email="new@example.org"))
    assert browser.get(url).status_code == 405
    other = sign_in(UserFactory())
    assert "has not confirmed new@example.org" in other.get(address(token)).content.decode()
    assert other.post(url).headers["Location"] == address(token)


@pytest.mark.parametrize(
    ("form", "field", "sentence"),
    [
        ({"role": "agent"}, "team", "Choose the team that the person works in."),
        (
            {"role": "administrator", "team": "own"},
            "__all__",
            "An administrator belongs to no team. Choose no team, or another role.",
        ),
        ({"role": "lead", "team": "foreign"}, "team", None),
        ({"role": "boss"}, "role", None),
        ({"role": "administrator", "email": "nobody"}, "email", None),
    ],
)
def test_form_that_makes_no_sense(desk, administrator, country, isere, form, field, sentence):
    foreign = TeamFactory(
        region__country=Country.objects.create(code="BE", prefix="https://clea.example.be#", host="clea.example.be"),
        region__number=1,
        name="Foreign",
    )
    teams = {"own": str(isere.uuid), "foreign": str(foreign.uuid)}
    data = {"email": "new@example.org", "language": "en"} | form | {"team": teams.get(form.get("team"), "")}
    page = desk(administrator).post(reverse("administration:invite_staff", args=["FR"]), data)
    errors = page.context["form"].errors
    assert (page.status_code, list(errors), StaffInvitation.objects.count()) == (200, [field], 0)
    assert sentence is None or errors[field] == [sentence]


def test_country_without_contact_tracing_invites_administrators_only(desk, administrator, country):
    Country.objects.update(deployment=Deployment.NONE)
    page = desk(administrator).get(reverse("administration:invite_staff", args=["FR"]))
    assert (list(page.context["form"].fields), [value for value, _ in page.context["form"].fields["role"].choices]) == (
        ["email", "role", "language"],
        ["administrator"],
    )


def test_invitation_of_an_expired_row_is_gone(administrator, country, isere):
    StaffInvitationFactory(country=country, team=isere, email="new@example.org", expires_at=timezone.now())
    invite(country, administrator, team=isere)
