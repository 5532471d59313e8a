"""How many codes of a country's venues there are, for those who change what codes are made from."""

from clea_portal.authorities.models import Country
from venues.models import VenueCode


def count(country: Country) -> int:
    """Those that are kept: current ones, and replaced ones that have not been deleted yet."""
    return VenueCode.objects.filter(venue__region__country=country).count()
