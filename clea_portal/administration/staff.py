"""The people of a country's authority: their roles, and suspending what these open."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.module_loading import import_string

from clea_portal.accounts.enums import TeamRole
from clea_portal.accounts.errors import Gone
from clea_portal.accounts.models import Administration, StaffInvitation, TeamMembership, User
from clea_portal.accounts.roles import lock_person
from clea_portal.accounts.session_listing import end_sessions
from clea_portal.administration.changes import facts_of, note_act, record_change
from clea_portal.administration.staff_errors import LastAdministrator, NotOneself, WorksElsewhereToo
from clea_portal.authorities.models import Country

Access = TeamMembership | Administration


def people_of(country: Country) -> "QuerySet[User]":
    """Whoever has a role in the country, suspended or not."""
    memberships = TeamMembership.objects.of_country(country).filter(user=OuterRef("pk"))
    administrations = Administration.objects.filter(country=country, user=OuterRef("pk"))
    return User.objects.filter(Exists(memberships) | Exists(administrations))


def access_of(user: User, country: Country) -> list[Access]:
    """What the person is there: administrator first, then the teams."""
    teams = TeamMembership.objects.of_country(country).filter(user=user).select_related("team__region", "suspended_by")
    administrations = Administration.objects.filter(user=user, country=country).select_related("suspended_by")
    return [*administrations, *teams.order_by("team__region__number", "team__name")]


@transaction.atomic
def change_team_role(membership: TeamMembership, *, by: User | None, role: TeamRole) -> None:
    """Raises Gone, NotOneself."""
    _not_oneself(membership.user, by)
    before = facts_of(membership)
    if membership.role == role:
        return
    if not TeamMembership.objects.filter(pk=membership.pk, role=membership.role).update(role=role):
        raise Gone
    membership.role = role
    record_change(actor=by, verb="team_role_changed", on=membership, before=before, person=str(membership.user.uuid))


@transaction.atomic
def remove_from_team(membership: TeamMembership, *, by: User | None) -> None:
    """The person's cases of the region are nobody's then, unless another team keeps them there. Raises Gone, NotOneself."""
    _not_oneself(membership.user, by)
    lock_person(membership.user_id)
    record_change(actor=by, verb="removed_from_team", on=membership, person=str(membership.user.uuid))
    if not TeamMembership.objects.filter(pk=membership.pk).delete()[0]:
        raise Gone
    _let_go(membership.user, {membership.team.region_id})


@transaction.atomic
def remove_administrator(administration: Administration, *, by: User | None) -> None:
    """Raises Gone, LastAdministrator, NotOneself."""
    _not_oneself(administration.user, by)
    _lock_for_last(administration.country, without=administration.user)
    record_change(actor=by, verb="administrator_removed", on=administration, person=str(administration.user.uuid))
    if not Administration.objects.filter(pk=administration.pk).delete()[0]:
        raise Gone
    _revoke_invitations_by(administration.user, administration.country)


@transaction.atomic
def suspend(user: User, *, country: Country, by: User | None, now: datetime, verb: str = "access_suspended") -> None:
    """All that the person may do for the country ends at once, calls of programs too; roles stay noted, to be given back.

    Raises Gone where nothing is left to suspend, LastAdministrator, NotOneself.
    """
    _not_oneself(user, by)
    lock_person(user.pk)
    rows = [row for row in access_of(user, country) if row.suspended_at is None]
    if any(isinstance(row, Administration) for row in rows):
        _lock_for_last(country, without=user)
    changed = [row for row in rows if _update(row, by=by, verb=verb, suspended_at=now, suspended_by=by)]
    if not changed:
        raise Gone
    _let_go(user, {row.team.region_id for row in changed if isinstance(row, TeamMembership)})
    _revoke_invitations_by(user, country)


@transaction.atomic
def lift_suspension(user: User, *, country: Country, by: User | None, now: datetime) -> None:
    """Give back what was suspended; an absence counts anew. Raises Gone, NotOneself."""
    _not_oneself(user, by)
    rows = [row for row in access_of(user, country) if row.suspended_at is not None]
    nothing: dict[str, Any] = {"suspended_at": None, "suspended_by": None, "warned_at": None}
    if not [row for row in rows if _update(row, by=by, verb="access_restored", active_since=now, **nothing)]:
        raise Gone


@transaction.atomic
def reset_second_factor(user: User, *, by: User) -> None:
    """Whoever lost it signs in with the password and sets up another one; all sessions end. Raises NotOneself, WorksElsewhereToo.

    It makes the password enough for one sign-in, so it takes somebody who administers everything that the person opens.
    """
    _not_oneself(user, by)
    administered = set(Administration.objects.active().filter(user=by).values_list("country", flat=True))
    countries = set(TeamMembership.objects.filter(user=user).values_list("team__region__country", flat=True))
    countries |= set(Administration.objects.filter(user=user).values_list("country", flat=True))
    if user.is_staff or not countries <= administered:
        raise WorksElsewhereToo
    removed = Authenticator.objects.filter(user=user).delete()[0]
    ended = end_sessions(user)
    for country in Country.objects.filter(pk__in=countries):
        note_act(actor=by, verb="second_factor_reset", on=user, country=country, factors=removed, sessions=ended)


def administrators_left(country: Country, *, without: User) -> bool:
    """Whether somebody else can still administer the country."""
    return Administration.objects.active().filter(country=country).exclude(user=without).exists()


def _lock_for_last(country: Country, *, without: User) -> None:
    """Two administrators who suspend each other at once: the second finds that nobody would be left."""
    Country.objects.select_for_update().get(pk=country.pk)
    if not administrators_left(country, without=without):
        raise LastAdministrator


def _update(row: Access, *, by: User | None, verb: str, **changes: Any) -> bool:
    """Whether the row still was as it was read."""
    before = facts_of(row)
    same = type(row).objects.filter(pk=row.pk, suspended_at=row.suspended_at)
    if not same.update(**changes):
        return False
    for name, value in changes.items():
        setattr(row, name, value)
    record_change(actor=by, verb=verb, on=row, before=before, person=str(row.user.uuid))
    return True


def _let_go(user: User, regions: Iterable[int]) -> None:
    """Nobody's work may stay with somebody who sees it no more (settings.STAFF_LEAVING)."""
    kept = set(TeamMembership.objects.active().filter(user=user).values_list("team__region", flat=True))
    if lost := set(regions) - kept:
        for path in settings.STAFF_LEAVING:
            import_string(path)(user=user, regions=lost)


def _revoke_invitations_by(user: User, country: Country) -> None:
    StaffInvitation.objects.filter(invited_by=user, country=country).delete()


def _not_oneself(user: User, by: User | None) -> None:
    if by is not None and by.pk == user.pk:
        raise NotOneself
