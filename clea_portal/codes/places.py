"""What a person says of a place, and which of it its codes carry."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet

from clea_portal.authorities.models import Region, VenueType
from clea_portal.codes.models import Place

# Editing one of these leaves the codes that are already issued behind. The name is on the poster, but not in the code.
CARRIED = frozenset({"venue_type", "venue_category1", "venue_category2", "region", "phone", "pin", "start", "end"})


class WrongCountry(ValueError):
    """The type of place or the region is not one of the organisation's country."""


@dataclass(frozen=True, kw_only=True)
class PlaceDetails:
    """``phone``: E.164 digits without ``+``; ``pin``: six digits. Both are dropped where the country has no contact tracing."""

    name: str = field(repr=False)
    venue_type: VenueType
    region: Region
    venue_category1: int = 0
    venue_category2: int = 0
    phone: str = field(default="", repr=False)
    pin: str = field(default="", repr=False)


def fill_in(place: Place, details: PlaceDetails) -> list[str]:
    """Put the details on a place, without saving it: the names of the fields that changed. Raises WrongCountry."""
    country = place.organisation.country
    if {details.region.country_id, details.venue_type.country_id} != {country.pk}:
        raise WrongCountry
    return set_fields(
        place,
        name=details.name,
        venue_type=details.venue_type,
        region=details.region,
        venue_category1=details.venue_category1,
        venue_category2=details.venue_category2,
        phone=details.phone if country.has_tracing else "",
        pin=details.pin if country.has_tracing else "",
    )


def set_fields(row: Model, **values: object) -> list[str]:
    changed = [name for name, value in values.items() if getattr(row, name, None) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def leave_behind(codes: QuerySet[Any], *, changed: Iterable[str]) -> None:
    """Note on the current codes of a place that what they carry has been edited. As many queries for one as for a thousand."""
    carried = CARRIED.intersection(changed)
    if not carried:
        return
    alike: dict[tuple[str, ...], list[int]] = {}
    for pk, edited in codes.select_for_update().values_list("pk", "edited_since"):
        alike.setdefault(tuple(edited), []).append(pk)
    for edited, pks in alike.items():
        codes.model.objects.filter(pk__in=pks).update(edited_since=sorted(carried.union(edited)))
