"""What lists and forms of places start from."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.http import HttpRequest

from clea_portal.accounts.models import Organisation
from clea_portal.authorities.models import Country
from clea_portal.authorities.time_zones import PLACES
from clea_portal.codes.models import Place

ROWS_PER_PAGE = 25


def chosen_country(request: HttpRequest, organisations: Sequence[Organisation]) -> Country:
    """The country of the address (``?country=FR``) among those of the organisations, else the first one's."""
    countries = {organisation.country.code: organisation.country for organisation in organisations}
    return countries.get(request.GET.get("country", ""), organisations[0].country)


def other_countries(organisations: Sequence[Organisation], country: Country) -> list[Country]:
    """The countries for which the person could make a place instead."""
    others = {organisation.country.code: organisation.country for organisation in organisations}
    return [other for code, other in sorted(others.items()) if other != country]


def last_region(places: QuerySet[Place], country: Country) -> int | None:
    """The region of the place that the person's organisations made last: the next one is rarely far away."""
    return places.filter(region__country=country).order_by("-created_at").values_list("region", flat=True).first()


def zone_sent(request: HttpRequest, country: Country, *, otherwise: str) -> str:
    """The zone in which the form's times are meant. One that does not exist is refused by the form itself."""
    sent = request.POST.get("time_zone", "")
    return sent if country.other_time_zones and sent in PLACES else otherwise
