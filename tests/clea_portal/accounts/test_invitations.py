from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.utils import timezone

from clea_portal.accounts import invitations, members
from clea_portal.accounts.deletions import order_deletion_of_organisation
from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.errors import AlreadyInvited, AlreadyMember, BeingDeleted, Gone, OtherAddress, TooMany
from clea_portal.accounts.invitations import (
    VALID,
    accept_invitation,
    decline_invitation,
    find_invitation,
    invite,
    renew_invitation,
    revoke_invitation,
)
from clea_portal.accounts.models import Invitation
from clea_portal.accounts.retention import purge
from clea_portal.audit.models import AuditEvent
from tests.clea_portal.accounts.trail import verbs
from tests.factories import UserFactory

NOW = timezone.now()
GUEST = "guest@example.org"


def invited(organisation, by, email=GUEST, role=MemberRole.EDITOR):
    return invite(organisation, by=by, email=email, role=role, language="en", now=NOW)


def test_invitation_holds_neither_token_nor_address_in_clear(organisation, owner):
    invitation, token = invited(organisation, owner, email="Guest@Example.org")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_invitation")
        row = [str(value) for value in cursor.fetchone()]
    assert not [value for value in row if token in value or "guest" in value.lower()]
    assert Invitation.objects.get().email == GUEST
    assert len(token) == 43
    assert (invitation.role, invitation.expires_at, invitation.invited_by) == ("editor", NOW + VALID, owner)
    assert verbs() == [("invited", owner.pk, {"invitation": str(invitation.uuid), "role": "editor"})]


def test_accepting_makes_a_member_and_ends_the_invitation(organisation, owner):
    guest = UserFactory(email=GUEST)
    invitation, token = invited(organisation, owner, role=MemberRole.READER)
    membership = accept_invitation(token, by=guest, now=NOW)
    assert (membership.user, membership.organisation, membership.role) == (guest, organisation, "reader")
    assert Invitation.objects.count() == 0
    assert verbs()[-1] == ("joined", guest.pk, {"invitation": str(invitation.uuid), "role": "reader"})
    with pytest.raises(Gone):
        accept_invitation(token, by=guest, now=NOW)


def test_second_confirmed_address_accepts_too_and_its_case_does_not_matter(organisation, owner):
    guest = UserFactory()
    EmailAddress.objects.create(user=guest, email="Guest@example.org", verified=True)
    _, token = invited(organisation, owner)
    assert accept_invitation(token, by=guest, now=NOW).user == guest


@pytest.mark.parametrize("verified", [None, False])
def test_address_that_the_account_has_not_confirmed_does_not_accept(verified, organisation, owner):
    guest = UserFactory()
    if verified is not None:
        EmailAddress.objects.create(user=guest, email=GUEST, verified=verified)
    _, token = invited(organisation, owner)
    with pytest.raises(OtherAddress):
        accept_invitation(token, by=guest, now=NOW)
    assert Invitation.objects.count() == 1
    assert not organisation.memberships.filter(user=guest).exists()


def test_link_works_for_a_week(organisation, owner):
    _, token = invited(organisation, owner)
    assert find_invitation(token, now=NOW + VALID - timedelta(seconds=1)) is not None
    assert find_invitation(token, now=NOW + VALID) is None
    assert purge(now=NOW + 2 * VALID - timedelta(seconds=1)) == 0
    assert purge(now=NOW + 2 * VALID) == 1


def test_sending_again_makes_the_former_link_useless_and_counts_a_week_anew(organisation, owner):
    invitation, first = invited(organisation, owner)
    second = renew_invitation(invitation, by=owner, now=NOW + timedelta(days=6))
    assert find_invitation(first, now=NOW) is None
    assert find_invitation(second, now=NOW + timedelta(days=12)) == invitation
    assert verbs()[-1] == ("invited_again", owner.pk, {"invitation": str(invitation.uuid)})


def test_revoked_invitation_is_gone_in_every_tab(organisation, owner):
    invitation, token = invited(organisation, owner)
    revoke_invitation(invitation, by=owner)
    assert Invitation.objects.count() == 0
    for act in (
        lambda: revoke_invitation(invitation, by=owner),
        lambda: renew_invitation(invitation, by=owner, now=NOW),
        lambda: accept_invitation(token, by=UserFactory(email=GUEST), now=NOW),
        lambda: decline_invitation(token, now=NOW),
    ):
        with pytest.raises(Gone):
            act()
    assert [verb for verb, *_ in verbs()] == ["invited", "invitation_revoked"]


def test_declining_deletes_the_address_and_needs_no_account(organisation, owner):
    invitation, token = invited(organisation, owner)
    decline_invitation(token, now=NOW)
    assert Invitation.objects.count() == 0
    assert AuditEvent.objects.values_list("verb", "actor", "side", "details").first() == (
        "invitation_declined",
        None,
        "link",
        {"invitation": str(invitation.uuid)},
    )


def test_member_is_not_invited_again(organisation, owner, editor):
    with pytest.raises(AlreadyMember):
        invited(organisation, owner, email=editor.email.upper())


def test_address_is_invited_once(organisation, owner):
    invited(organisation, owner)
    with pytest.raises(AlreadyInvited):
        invited(organisation, owner, email="GUEST@example.org")


def test_who_became_a_member_otherwise_keeps_their_role(organisation, owner, editor):
    EmailAddress.objects.create(user=editor, email=GUEST, verified=True)
    Invitation.objects.all().delete()
    _, token = invited(organisation, owner, email="second@example.org", role=MemberRole.READER)
    EmailAddress.objects.create(user=editor, email="second@example.org", verified=True)
    assert accept_invitation(token, by=editor, now=NOW).role == "editor"
    assert Invitation.objects.count() == 0


def test_only_an_owner_invites(organisation, owner, editor):
    with pytest.raises(Gone):
        invited(organisation, editor)


def test_number_of_open_invitations_is_limited_and_named(organisation, owner, monkeypatch):
    monkeypatch.setattr(invitations, "OPEN_INVITATIONS", 2)
    for number in range(2):
        invited(organisation, owner, email=f"guest{number}@example.org")
    with pytest.raises(TooMany, match="2 invitations are waiting"):
        invited(organisation, owner)


def test_number_of_members_is_limited_and_named_for_inviting_and_accepting(organisation, owner, monkeypatch):
    _, token = invited(organisation, owner)
    monkeypatch.setattr(invitations, "MEMBERS_OF_AN_ORGANISATION", 1)
    with pytest.raises(TooMany, match="1 members at most"):
        invited(organisation, owner, email="other@example.org")
    with pytest.raises(TooMany, match="1 members at most"):
        accept_invitation(token, by=UserFactory(email=GUEST), now=NOW)
    assert Invitation.objects.count() == 1


def test_mails_to_one_address_are_limited_whoever_sends_them(organisation, owner, monkeypatch):
    monkeypatch.setattr(invitations, "MAILS_TO_AN_ADDRESS", 2)
    invitation, _ = invited(organisation, owner)
    renew_invitation(invitation, by=owner, now=NOW)
    with pytest.raises(TooMany, match="2 invitations a day"):
        renew_invitation(invitation, by=owner, now=NOW)


def test_mails_of_one_organisation_are_limited(organisation, owner, monkeypatch):
    monkeypatch.setattr(invitations, "MAILS_OF_AN_ORGANISATION", 1)
    invited(organisation, owner)
    with pytest.raises(TooMany, match="1 invitations a day"):
        invited(organisation, owner, email="other@example.org")
    assert Invitation.objects.count() == 1


def test_organisation_that_is_about_to_be_deleted_takes_nobody(organisation, owner):
    _, token = invited(organisation, owner)
    order_deletion_of_organisation(organisation, by=owner, now=NOW)
    with pytest.raises(BeingDeleted):
        invited(organisation, owner, email="other@example.org")
    with pytest.raises(BeingDeleted):
        accept_invitation(token, by=UserFactory(email=GUEST), now=NOW)


def test_limits_are_those_that_the_pages_name():
    assert (members.MEMBERS_OF_AN_ORGANISATION, invitations.OPEN_INVITATIONS, VALID.days) == (200, 50, 7)
