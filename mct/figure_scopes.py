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

    Leads see the country of a region that they lead, administrators the one that they administer, neither a case of it. Three
    queries at most; none for anybody else.
    """
    if not (roles.regions or roles.oversees):
        return []
    found = [_region(region) for region in Region.objects.filter(pk__in=roles.regions).select_related("country")]
    if len(found) > 1:
        found.insert(0, Scope(key="own", label=_("All my regions"), regions=roles.regions, is_guarded=False))
    countries = Country.objects.filter(Q(pk__in=roles.oversees) | Q(regions__in=roles.led)).distinct()
    return found + [_country(country, roles) for country in countries.prefetch_related("regions")]


def _region(region: Region) -> Scope:
    return Scope(key=f"region-{region.pk}", label=str(region), regions=frozenset({region.pk}), is_guarded=False)


def _country(country: Country, roles: Roles) -> Scope:
    regions = frozenset(region.pk for region in country.regions.all())
    label = _("%(country)s, the whole country") % {"country": country.name}
    is_own = bool(regions) and regions <= roles.regions
    return Scope(key=f"country-{country.pk}", label=label, regions=regions, is_guarded=not is_own)
