"""The teams of a region. Who is in them: ``staff`` and ``staff_invitations``."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from clea_portal.accounts.errors import Gone
from clea_portal.accounts.models import StaffInvitation, User
from clea_portal.administration.changes import facts_of, record_change
from clea_portal.administration.staff_errors import NameTaken, TeamHasWork
from clea_portal.authorities.models import Region, Team


@transaction.atomic
def add_team(region: Region, *, by: User | None, name: str) -> Team:
    """Raises NameTaken."""
    try:
        with transaction.atomic():
            team = Team.objects.create(region=region, name=name)
    except IntegrityError:
        raise NameTaken from None
    record_change(actor=by, verb="team_added", on=team)
    return team


@transaction.atomic
def change_team(team: Team, *, by: User | None, name: str, region: Region) -> None:
    """Its name; and its region, another one of the country, only while it has no open case. Raises NameTaken, TeamHasWork."""
    assert region.country_id == team.region.country_id
    if region.pk == team.region_id:
        _change(team, by=by, verb="team_renamed", name=name)
        return
    _refuse_work(team)
    _change(team, by=by, verb="team_moved", name=name, region=region)


@transaction.atomic
def archive_team(team: Team, *, by: User | None, now: datetime) -> None:
    """Its members lose its cases at once, and open invitations to it are over. Raises Gone, TeamHasWork."""
    _refuse_work(team)
    if team.archived_at is not None:
        raise Gone
    _change(team, by=by, verb="team_archived", archived_at=now)
    StaffInvitation.objects.filter(team=team).delete()


@transaction.atomic
def restore_team(team: Team, *, by: User | None) -> None:
    """Out of the archive, with the members that it had. Raises Gone."""
    if team.archived_at is None:
        raise Gone
    _change(team, by=by, verb="team_restored", archived_at=None)


def open_cases_of(team: Team) -> int:
    """How many open cases the team or its members have (settings.TEAM_WORK)."""
    return sum(import_string(path)(team) for path in settings.TEAM_WORK)


def _refuse_work(team: Team) -> None:
    # Locked: whoever gives the team a case at this moment is told afterwards that it is of the region no more.
    current = Team.objects.select_for_update().get(pk=team.pk)
    team.archived_at = current.archived_at
    if cases := open_cases_of(team):
        raise TeamHasWork(cases)


@transaction.atomic
def _change(team: Team, *, by: User | None, verb: str, **changes: Any) -> None:
    before = facts_of(team)
    for name, value in changes.items():
        setattr(team, name, value)
    if facts_of(team) == before:
        return
    try:
        with transaction.atomic():
            team.save(update_fields=list(changes))
    except IntegrityError:
        raise NameTaken from None
    record_change(actor=by, verb=verb, on=team, before=before)
