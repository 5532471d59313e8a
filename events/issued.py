"""How many codes of a country's events there are, for those who change what codes are made from."""

from clea_portal.authorities.models import Country
from events.models import EventCode


def count(country: Country) -> int:
    """Those that are kept: current ones, and replaced ones that have not been deleted yet."""
    return EventCode.objects.filter(event__region__country=country).count()
