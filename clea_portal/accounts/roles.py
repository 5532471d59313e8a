"""What a person is here, read once per request."""

from dataclasses import dataclass
from typing import cast

from django.contrib.auth.models import AnonymousUser

from clea_portal.accounts.enums import TeamRole
from clea_portal.accounts.models import Administration, TeamMembership, User
from clea_portal.authorities.enums import Deployment


@dataclass(frozen=True, kw_only=True)
class Roles:
    """``regions``: ids of the regions whose cases the person works on; ``led``: those that the person leads.

    ``authorises``: those where phones upload when an agent has authorised it (deployment 1).
    ``oversees``: ids of the countries with contact tracing among those that the person ``administers``.
    """

    regions: frozenset[int] = frozenset()
    led: frozenset[int] = frozenset()
    authorises: frozenset[int] = frozenset()
    administers: frozenset[int] = frozenset()
    oversees: frozenset[int] = frozenset()
    is_staff: bool = False

    @property
    def is_tracer(self) -> bool:
        return bool(self.regions)

    @property
    def needs_second_factor(self) -> bool:
        return bool(self.regions or self.administers or self.is_staff)


def lock_person(user_id: int | None) -> None:
    """Until the transaction ends, what the person may do stays as it is now. To be locked before cases and messages.

    Whoever gives work to somebody, and whoever suspends, locks the person: else work given in the instant of a suspension would
    stay with somebody who sees it no more. Rows that only refer to the person do not wait for it.
    """
    if user_id is not None:
        list(User.objects.select_for_update(no_key=True).filter(pk=user_id).values_list("pk"))


def roles_of(user: User | AnonymousUser) -> Roles:
    """Two queries at the first call for a user object, none after it. Suspended ones and archived teams do not count."""
    if not user.is_authenticated:
        return Roles()
    cached = getattr(user, "_roles", None)
    if cached is None:
        teams = list(
            TeamMembership.objects.active()
            .filter(user=user)
            .exclude(team__region__country__deployment=Deployment.NONE)
            .values_list("team__region", "role", "team__region__country__deployment")
        )
        administrations = list(Administration.objects.active().filter(user=user).values_list("country", "country__deployment"))
        cached = user._roles = Roles(  # type: ignore[attr-defined]
            regions=frozenset(region for region, _, _ in teams),
            led=frozenset(region for region, role, _ in teams if role == TeamRole.LEAD),
            authorises=frozenset(region for region, _, deployment in teams if deployment == Deployment.CENTRAL),
            administers=frozenset(country for country, _ in administrations),
            oversees=frozenset(country for country, deployment in administrations if deployment != Deployment.NONE),
            is_staff=user.is_staff,
        )
    return cast(Roles, cached)
