"""Whose figures a person may see."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from clea_portal.accounts.roles import Roles
from clea_portal.authorities.models import Country, Region


@dataclass(frozen=True, kw_only=True)
class Scope:
    """``is_guarded``: it holds cases of regions that are not the person's, so small numbers stay hidden."""

    key: str
    label: str
    regions: frozenset[int]
    is_guarded: bool


def scopes_of(roles: Roles) -> list[Scope]:
    """What may be chosen, the usual first: one's own regions, together and each for itself; then whole countries.

    Leads see the country of a region that they lead, administrators the one that they administer, neither a case of it. Two
    queries; none for anybody else.
    """
    if not (roles.regions or roles.oversees):
        return []
    known = Region.objects.select_related("country")
    own = list(known.filter(pk__in=roles.regions))
    countries = Country.objects.filter(Q(pk__in=roles.oversees) | Q(regions__in=roles.led)).values("pk")
    found = [_region(region) for region in own]
    if len(own) > 1:
        everything = frozenset(region.pk for region in own)
        found.insert(0, Scope(key="own", label=_("All my regions"), regions=everything, is_guarded=False))
    by_country: dict[Country, set[int]] = {}
    for region in known.filter(country__in=countries):
        by_country.setdefault(region.country, set()).add(region.pk)
    return found + [_country(country, frozenset(regions), roles) for country, regions in by_country.items()]


def _region(region: Region) -> Scope:
    return Scope(key=f"region-{region.pk}", label=str(region), regions=frozenset({region.pk}), is_guarded=False)


def _country(country: Country, regions: frozenset[int], roles: Roles) -> Scope:
    label = _("%(country)s, the whole country") % {"country": country.name}
    return Scope(key=f"country-{country.pk}", label=label, regions=regions, is_guarded=not regions <= roles.regions)
