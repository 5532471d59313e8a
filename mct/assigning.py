"""Whose case it is, when it is looked at again, and what is noted on the way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F

from clea_portal.accounts.models import TeamMembership, User
from clea_portal.accounts.roles import lock_person
from clea_portal.authorities.models import Region, Team
from mct.enums import CaseState, Entry
from mct.figure_changes import case_changed
from mct.models import Case
from mct.moves import IllegalMove, SomeoneWasFaster, lock_case, note
from mct.searching import index_case, index_note


class NotOfTheRegion(Exception):
    """Cases are given to people and teams of their region only."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """To whom cases of some regions can be given: teams, and the people of these teams."""

    teams: list[Team]
    people: list[User]

    def find(self, key: str) -> Team | User | None:
        """By the key of a team or person, as forms send it."""
        anybody: list[Team | User] = [*self.teams, *self.people]
        return next((each for each in anybody if key_of(each) == key), None)


def key_of(who: Team | User) -> str:
    return f"{'team' if isinstance(who, Team) else 'user'}:{who.uuid}"


def desk_of(regions: Iterable[int]) -> Desk:
    """Two queries."""
    teams = list(Team.objects.working().filter(region__in=regions).select_related("region"))
    people = User.objects.filter(
        is_active=True,
        team_memberships__team__in=[team.pk for team in teams],
        team_memberships__suspended_at__isnull=True,
    )
    return Desk(teams=teams, people=list(people.distinct().order_by("email")))


def assign_case(*, case: Case, to: Team | User | None, by: User, seen: int | None = None) -> None:
    """Give a case to somebody or a team of its region, or to nobody; who has it already keeps it.

    ``seen``: ``assignments`` of the case that the person looked at. Raises SomeoneWasFaster where it has changed hands since,
    NotOfTheRegion, IllegalMove for a closed case.
    """
    with transaction.atomic():
        lock_person(to.pk if isinstance(to, User) else None)
        case = lock_case(case.pk)
        _check(case, seen)
        if not _is_of_the_region(to, case.region_id):
            raise NotOfTheRegion
        user, team = (to, None) if isinstance(to, User) else (None, to)
        if (case.assignee_id, case.team_id) == (user and user.pk, team and team.pk):
            return
        Case.objects.filter(pk=case.pk).update(assignee=user, team=team, assignments=F("assignments") + 1)
        note(case, Entry.ASSIGNED, by=by, to=key_of(to) if to else "")


def _check(case: Case, seen: int | None) -> None:
    if case.state == CaseState.CLOSED:
        raise IllegalMove
    if seen is not None and seen != case.assignments:
        raise SomeoneWasFaster


def _is_of_the_region(to: Team | User | None, region: int) -> bool:
    if isinstance(to, User):
        return TeamMembership.objects.active().filter(user=to, user__is_active=True, team__region=region).exists()
    return to is None or (to.region_id == region and to.archived_at is None)


def hand_over(*, case: Case, region: Region, by: User, seen: int | None = None) -> None:
    """Move a case, with all that belongs to it, to another region of the country, where nobody has it yet.

    ``seen``: as for ``assign_case``. Raises SomeoneWasFaster, IllegalMove for a closed case, its own region, another country.
    """
    with transaction.atomic():
        case = lock_case(case.pk)
        _check(case, seen)
        if region.pk == case.region_id or region.country_id != case.region.country_id:
            raise IllegalMove
        came_from = case.region_id
        case_changed(case)
        Case.objects.filter(pk=case.pk).update(region=region, assignee=None, team=None, assignments=F("assignments") + 1)
        case.region = region
        index_case(case)
        note(case, Entry.MOVED_REGION, by=by, came_from=came_from, to=region.pk)


def follow_up(*, case: Case, on: date | None, by: User) -> None:
    """Have the list name the case as due from a day on; None: no more. Raises IllegalMove for a closed case."""
    with transaction.atomic():
        case = lock_case(case.pk)
        _check(case, None)
        if case.follow_up_on != on:
            Case.objects.filter(pk=case.pk).update(follow_up_on=on)
            note(case, Entry.FOLLOW_UP, by=by, day=on.isoformat() if on else "")


def add_note(*, case: Case, text: str, by: User) -> None:
    """A note in the timeline, encrypted, found by its words. Raises IllegalMove for a closed case."""
    with transaction.atomic():
        case = lock_case(case.pk)
        _check(case, None)
        note(case, Entry.NOTED, by=by, remark=text)
        index_note(case, text)
