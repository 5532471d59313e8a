"""Inviting people into an organisation, by e-mail: a link that works once, for a week."""

import hashlib
import secrets
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.errors import AlreadyInvited, AlreadyMember, BeingDeleted, Gone, OtherAddress, TooMany
from clea_portal.accounts.members import MEMBERS_OF_AN_ORGANISATION
from clea_portal.accounts.models import Deletion, Invitation, Membership, Organisation, User
from clea_portal.accounts.organisations import lock
from clea_portal.audit.models import AuditSide
from clea_portal.audit.trail import record_act
from clea_portal.limits import seconds_to_wait

VALID = timedelta(days=7)
OPEN_INVITATIONS = 50
# Mails a day: of one organisation, and to one address, whoever sends them.
MAILS_OF_AN_ORGANISATION = 100
MAILS_TO_AN_ADDRESS = 5
_DAY = 24 * 3600


@transaction.atomic
def invite(
    organisation: Organisation, *, by: User, email: str, role: MemberRole, language: str, now: datetime
) -> tuple[Invitation, str]:
    """The invitation and the token of its link, which is kept nowhere. ``language``: that of the mail.

    Raises AlreadyInvited, AlreadyMember, BeingDeleted, Gone, TooMany.
    """
    lock(organisation, as_owner=by)
    email = email.lower()
    if Deletion.objects.filter(organisation=organisation).exists():
        raise BeingDeleted
    if organisation.memberships.filter(user__in=people_with(email)).exists():
        raise AlreadyMember
    waiting = [invitation.email for invitation in organisation.invitations.all()]
    if email in waiting:
        raise AlreadyInvited
    if len(waiting) >= OPEN_INVITATIONS:
        limit = OPEN_INVITATIONS
        raise TooMany(_("%(limit)s invitations are waiting for an answer. Revoke some first.") % {"limit": limit})
    _make_room(organisation)
    _spend_mail(organisation, email)
    token = _new_token()
    invitation = organisation.invitations.create(
        role=role,
        email=email,
        language=language,
        token_hash=hash_of(token),
        invited_by=by,
        created_at=now,
        expires_at=now + VALID,
    )
    record_act(actor=by, verb="invited", on=organisation, invitation=str(invitation.uuid), role=role)
    return invitation, token


@transaction.atomic
def renew_invitation(invitation: Invitation, *, by: User, now: datetime) -> str:
    """The token of a new link, valid for a week from now; the link sent before works no more. Raises Gone, TooMany."""
    lock(invitation.organisation, as_owner=by)
    _spend_mail(invitation.organisation, invitation.email)
    token = _new_token()
    if not Invitation.objects.filter(pk=invitation.pk).update(token_hash=hash_of(token), expires_at=now + VALID):
        raise Gone
    invitation.expires_at = now + VALID
    record_act(actor=by, verb="invited_again", on=invitation.organisation, invitation=str(invitation.uuid))
    return token


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User) -> None:
    """Raises Gone."""
    lock(invitation.organisation, as_owner=by)
    if not Invitation.objects.filter(pk=invitation.pk).delete()[0]:
        raise Gone
    record_act(actor=by, verb="invitation_revoked", on=invitation.organisation, invitation=str(invitation.uuid))


def find_invitation(token: str, *, now: datetime) -> Invitation | None:
    """The one that a link opens, or None: answered, revoked, sent again since, expired, or never written."""
    rows = Invitation.objects.open(now).select_related("organisation__country", "invited_by")
    return rows.filter(token_hash=hash_of(token)).first()


@transaction.atomic
def accept_invitation(token: str, *, by: User, now: datetime) -> Membership:
    """Whoever is a member already keeps their role, and the invitation is over.

    Raises BeingDeleted, Gone, OtherAddress, TooMany.
    """
    invitation = find_invitation(token, now=now)
    if invitation is None:
        raise Gone
    organisation = lock(invitation.organisation)
    if not is_addressed_to(invitation, by):
        raise OtherAddress
    if Deletion.objects.filter(organisation=organisation).exists():
        raise BeingDeleted
    _make_room(organisation)
    if not Invitation.objects.filter(pk=invitation.pk).delete()[0]:
        raise Gone
    membership, joined = organisation.memberships.get_or_create(user=by, defaults={"role": invitation.role, "joined_at": now})
    if joined:
        record_act(actor=by, verb="joined", on=organisation, invitation=str(invitation.uuid), role=invitation.role)
    return membership


@transaction.atomic
def decline_invitation(token: str, *, now: datetime) -> None:
    """By whoever holds the link: no account is needed to say no. Raises Gone."""
    invitation = find_invitation(token, now=now)
    if invitation is None or not Invitation.objects.filter(pk=invitation.pk).delete()[0]:
        raise Gone
    record_act(
        actor=None,
        side=AuditSide.LINK,
        verb="invitation_declined",
        on=invitation.organisation,
        invitation=str(invitation.uuid),
    )


def is_addressed_to(invitation: Invitation, user: User) -> bool:
    """Whether the invitation went to an address that the person has confirmed."""
    return bool(EmailAddress.objects.filter(user=user, verified=True, email__iexact=invitation.email).exists())


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _new_token() -> str:
    return secrets.token_urlsafe(32)


def people_with(email: str) -> list[int]:
    """Ids of the people who have confirmed this address."""
    return list(EmailAddress.objects.filter(verified=True, email__iexact=email).values_list("user", flat=True))


def _make_room(organisation: Organisation) -> None:
    if organisation.memberships.count() >= MEMBERS_OF_AN_ORGANISATION:
        limit = MEMBERS_OF_AN_ORGANISATION
        raise TooMany(_("An organisation has %(limit)s members at most.") % {"limit": limit})


def spend_mail_to(email: str) -> None:
    """Counts an invitation to this address, whoever sends it. Raises TooMany."""
    # The cache is no place for an address: what counts is its hash.
    if seconds_to_wait(f"invitations-to:{hash_of(email)}", limit=MAILS_TO_AN_ADDRESS, window=_DAY):
        limit = MAILS_TO_AN_ADDRESS
        raise TooMany(_("This address gets %(limit)s invitations a day at most. Try again tomorrow.") % {"limit": limit})


def _spend_mail(organisation: Organisation, email: str) -> None:
    spend_mail_to(email)
    if seconds_to_wait(f"invitations-of:{organisation.uuid}", limit=MAILS_OF_AN_ORGANISATION, window=_DAY):
        limit = MAILS_OF_AN_ORGANISATION
        raise TooMany(_("An organisation sends %(limit)s invitations a day at most. Try again tomorrow.") % {"limit": limit})
