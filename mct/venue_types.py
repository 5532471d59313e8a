"""What kind of place a case is of, where somebody says it: a type of the region's country, for the figures and exports."""

from collections.abc import Iterable

from clea_portal.authorities.models import Country
from clea_portal.authorities.venue_type_models import VenueType


def type_value(country: Country, number: str) -> str:
    """How a form names a type: types of several countries may be offered together."""
    return f"{country.code}-{number}" if number else ""


def number_of(value: str) -> str:
    """The number in what ``type_value`` gives."""
    return value.rpartition("-")[2]


def offered_types(countries: Iterable[Country], *, besides: str = "") -> list[tuple[Country, list[tuple[str, str]]]]:
    """The types in use of each country that has some, as choices. One query.

    ``besides``: one that stays on offer even if it is retired.
    """
    found: list[tuple[Country, list[tuple[str, str]]]] = []
    wanted = {country.pk: country for country in countries}
    types = list(VenueType.objects.filter(country__in=wanted))
    for country in wanted.values():
        values = [(type_value(country, str(each.number)), each) for each in types if each.country_id == country.pk]
        choices = [(value, each.label) for value, each in values if not each.retired or value == besides]
        if choices:
            found.append((country, choices))
    return found


def labels_of(countries: Iterable[int]) -> dict[tuple[int, str], str]:
    """Labels by country and number, retired ones too, in the order of each country. One query."""
    types = VenueType.objects.filter(country__in=countries)
    return {(each.country_id, str(each.number)): each.label for each in types}


def type_label(country: int, number: str) -> str:
    """What a case says of its place; "" where nobody said it. One query where somebody did."""
    return labels_of([country]).get((country, number), number) if number else ""
