"""The answer to “is my place listed?”, as one page for venues and events."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clea_portal.codes.listed import Listing, ListSilent, listings_of
from clea_portal.codes.models import Place
from clea_portal.codes.past import DAYS_BACK, PastCode


def show_listings(
    request: HttpRequest, *, place: Place, codes: Sequence[PastCode], back_url: str, renew_url: str = ""
) -> HttpResponse:
    """``codes``: those of the last DAYS_BACK days. Writes nothing anywhere."""
    listings: list[Listing] = []
    is_silent = False
    try:
        listings = listings_of(codes, country=place.country)
    except ListSilent:
        is_silent = True
    context = {
        "place": place,
        "listings": listings,
        "is_silent": is_silent,
        "has_rooms": any(listing.room for listing in listings),
        "days": DAYS_BACK,
        "back_url": back_url,
        "renew_url": renew_url,
    }
    response = render(request, "codes/listed.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
