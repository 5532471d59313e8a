"""Inviting people to work for an authority: a link that works once, for a week. Four eyes: nobody invites themselves."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from clea_portal.accounts.enums import StaffRole
from clea_portal.accounts.errors import Gone, OtherAddress, TooMany
from clea_portal.accounts.invitations import hash_of, people_with, spend_mail_to
from clea_portal.accounts.mails import address_of, send
from clea_portal.accounts.models import Administration, StaffInvitation, TeamMembership, User
from clea_portal.administration.changes import note_act, record_change
from clea_portal.administration.staff_errors import HasThisRole, InvitedAlready, NotOneself, Suspended, TeamArchived
from clea_portal.audit.models import AuditSide
from clea_portal.authorities.models import Country, Team
from clea_portal.limits import seconds_to_wait

VALID = timedelta(days=7)
OPEN_INVITATIONS = 500
# Mails of a country a day.
MAILS_OF_A_COUNTRY = 1000
_DAY = 24 * 3600


@transaction.atomic
def invite_staff(
    country: Country, *, by: User | None, email: str, role: StaffRole, team: Team | None, language: str, now: datetime
) -> tuple[StaffInvitation, str]:
    """The invitation and the token of its link, which is kept nowhere. ``team``: None for an administrator.

    Raises HasThisRole, InvitedAlready, NotOneself, Suspended, TeamArchived, TooMany.
    """
    Country.objects.select_for_update().get(pk=country.pk)
    assert (team is None) == (role == StaffRole.ADMINISTRATOR)
    assert team is None or team.region.country_id == country.pk
    if team is not None and team.archived_at is not None:
        raise TeamArchived
    email = email.lower()
    people = list(User.objects.filter(pk__in=people_with(email)))
    if by is not None and (by in people or by.email.lower() == email):
        raise NotOneself
    for user in people:
        _check(user, country=country, team=team)
    waiting = list(country.staff_invitations.filter(expires_at__gt=now))
    if any(row.email == email and row.team_id == (team and team.pk) for row in waiting):
        raise InvitedAlready
    if len(waiting) >= OPEN_INVITATIONS:
        raise TooMany(_("%(limit)s invitations are waiting for an answer. Revoke some first.") % {"limit": OPEN_INVITATIONS})
    _spend_mail(country, email)
    token = secrets.token_urlsafe(32)
    invitation = StaffInvitation.objects.create(
        country=country,
        team=team,
        role=role,
        email=email,
        language=language,
        token_hash=hash_of(token),
        invited_by=by,
        created_at=now,
        expires_at=now + VALID,
    )
    _note("staff_invited", invitation, by=by)
    return invitation, token


@transaction.atomic
def renew_staff_invitation(invitation: StaffInvitation, *, by: User, now: datetime) -> str:
    """The token of a new link, valid for a week; the link sent before works no more, and the invitation is this person's.

    Raises Gone, NotOneself, TooMany.
    """
    if by.pk in people_with(invitation.email):
        raise NotOneself
    _spend_mail(invitation.country, invitation.email)
    token = secrets.token_urlsafe(32)
    changes = {"token_hash": hash_of(token), "expires_at": now + VALID, "invited_by": by}
    if not StaffInvitation.objects.filter(pk=invitation.pk).update(**changes):
        raise Gone
    invitation.expires_at = now + VALID
    _note("staff_invited_again", invitation, by=by)
    return token


@transaction.atomic
def revoke_staff_invitation(invitation: StaffInvitation, *, by: User) -> None:
    """Raises Gone."""
    if not StaffInvitation.objects.filter(pk=invitation.pk).delete()[0]:
        raise Gone
    _note("staff_invitation_revoked", invitation, by=by)


def find_staff_invitation(token: str, *, now: datetime) -> StaffInvitation | None:
    """The one that a link opens, or None: answered, revoked, sent again since, expired, or never written."""
    rows = StaffInvitation.objects.open(now).select_related("country", "team__region", "invited_by")
    return rows.filter(token_hash=hash_of(token)).first()


@transaction.atomic
def accept_staff_invitation(token: str, *, by: User, now: datetime) -> StaffInvitation:
    """The invitation, which is over. The second factor is asked for at the next page. Raises Gone, OtherAddress, NotOneself,
    HasThisRole, Suspended."""
    invitation = find_staff_invitation(token, now=now)
    if invitation is None:
        raise Gone
    Country.objects.select_for_update().get(pk=invitation.country_id)
    if not StaffInvitation.objects.filter(pk=invitation.pk).exists():
        # The same person, twice at once: the first one has waited for nobody.
        raise Gone
    if not staff_invitation_fits(invitation, by):
        raise OtherAddress
    if invitation.invited_by_id == by.pk:
        raise NotOneself
    _check(by, country=invitation.country, team=invitation.team)
    if not StaffInvitation.objects.filter(pk=invitation.pk).delete()[0]:
        raise Gone
    row: TeamMembership | Administration
    if invitation.team is None:
        row = Administration.objects.create(user=by, country=invitation.country, active_since=now)
    else:
        row = TeamMembership.objects.create(user=by, team=invitation.team, role=invitation.role, active_since=now)
    inviter = invitation.invited_by and str(invitation.invited_by.uuid)
    record_change(actor=by, verb="staff_joined", on=row, person=str(by.uuid), invited_by=inviter)
    return invitation


@transaction.atomic
def decline_staff_invitation(token: str, *, now: datetime) -> None:
    """By whoever holds the link. Raises Gone."""
    invitation = find_staff_invitation(token, now=now)
    if invitation is None or not StaffInvitation.objects.filter(pk=invitation.pk).delete()[0]:
        raise Gone
    note_act(actor=None, side=AuditSide.LINK, verb="staff_invitation_declined", on=invitation)


def staff_invitation_fits(invitation: StaffInvitation, user: User) -> bool:
    """Whether the invitation went to an address that the person has confirmed."""
    return user.pk in people_with(invitation.email)


def send_staff_invitation(invitation: StaffInvitation, *, token: str, by: User | None) -> bool:
    return send(
        "staff_invitation",
        to=invitation.email,
        language=invitation.language,
        zone=by.time_zone if by else "",
        country=invitation.country,
        team=invitation.team,
        role=StaffRole(invitation.role),
        by=by,
        expires_at=invitation.expires_at,
        url=address_of("staff_invitation", token),
    )


def _check(user: User, *, country: Country, team: Team | None) -> None:
    """Raises Suspended, HasThisRole."""
    memberships = TeamMembership.objects.of_country(country).filter(user=user)
    administrations = Administration.objects.filter(user=user, country=country)
    if memberships.exclude(suspended_at=None).exists() or administrations.exclude(suspended_at=None).exists():
        raise Suspended
    if (administrations if team is None else memberships.filter(team=team)).exists():
        raise HasThisRole


def _note(verb: str, invitation: StaffInvitation, *, by: User | None) -> None:
    team = str(invitation.team.uuid) if invitation.team else None
    note_act(actor=by, verb=verb, on=invitation, role=invitation.role, team=team)


def _spend_mail(country: Country, email: str) -> None:
    spend_mail_to(email)
    if seconds_to_wait(f"staff-invitations-of:{country.pk}", limit=MAILS_OF_A_COUNTRY, window=_DAY):
        limit = MAILS_OF_A_COUNTRY
        raise TooMany(_("A country sends %(limit)s invitations a day at most. Try again tomorrow.") % {"limit": limit})
