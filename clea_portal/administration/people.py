"""What the pages of a country's people show: one page of them, with roles, second factors and suspension."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from clea_portal.accounts.enums import TeamRole
from clea_portal.accounts.models import Administration, TeamMembership, User
from clea_portal.accounts.session_listing import factors_of
from clea_portal.administration.staff import people_of
from clea_portal.authorities.models import Country

SUSPENDED, WITHOUT_FACTOR, ADMINISTRATORS = "suspended", "no_factor", "administrators"


@dataclass(frozen=True, kw_only=True)
class Seat:
    """One role of a person, in words. ``team``: its name and region; "" for an administrator."""

    label: str
    team: str


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """A person as the list shows them. ``factors``: kinds of second factor that are set up."""

    user: User
    seats: Sequence[Seat]
    factors: Sequence[str]
    suspended_at: datetime | None


def selected(country: Country, *, query: str, which: str) -> "QuerySet[User]":
    """The people of a country, by a part of the address, and by what the list is narrowed to; nonsense narrows nothing."""
    people = people_of(country).order_by("email")
    if query:
        people = people.filter(email__icontains=query)
    if which == SUSPENDED:
        teams = TeamMembership.objects.of_country(country).filter(user=OuterRef("pk"), suspended_at__isnull=False)
        administrations = Administration.objects.filter(country=country, user=OuterRef("pk"), suspended_at__isnull=False)
        people = people.filter(Exists(teams) | Exists(administrations))
    elif which == WITHOUT_FACTOR:
        people = people.exclude(authenticator__type__in=["totp", "webauthn"])
    elif which == ADMINISTRATORS:
        people = people.filter(administrations__country=country)
    return people


def colleagues(users: Sequence[User], *, country: Country) -> list[Colleague]:
    """Three queries, however many people."""
    factors = factors_of(list(users))
    teams = TeamMembership.objects.of_country(country).filter(user__in=users).select_related("team__region")
    seats: dict[int, list[Seat]] = {}
    suspended: dict[int, datetime] = {}
    for administration in Administration.objects.filter(country=country, user__in=users):
        seats.setdefault(administration.user_id, []).append(Seat(label=_("administrator"), team=""))
        if administration.suspended_at:
            suspended[administration.user_id] = administration.suspended_at
    for row in teams.order_by("team__region__number", "team__name"):
        name = f"{row.team.name} ({row.team.region})"
        seats.setdefault(row.user_id, []).append(Seat(label=str(TeamRole(row.role).label), team=name))
        if row.suspended_at:
            suspended[row.user_id] = row.suspended_at
    return [
        Colleague(
            user=user,
            seats=seats.get(user.pk, []),
            factors=factors.get(user.pk, []),
            suspended_at=suspended.get(user.pk),
        )
        for user in users
    ]
