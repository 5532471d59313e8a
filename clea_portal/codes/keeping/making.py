"""Codes for a place whose data are written down nowhere but on its own recovery sheet."""

import re
from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError

from clea_portal.authorities.models import Country, Region, VenueType
from clea_portal.codes.checking import checked_name
from clea_portal.codes.contacts import PIN_DIGITS
from clea_portal.codes.keeping.keeper import Keeper, keeper
from clea_portal.codes.keeping.sheet import RecoverySheet
from clea_portal.codes.models import Place
from clea_portal.codes.sealing import NotSealed
from clea_portal.protocol.derivation import new_location_secret
from clea_portal.protocol.errors import ProtocolError
from clea_portal.scanning.reading import is_deep_link


def first_sheet(kind: str, place: Place, *, sk_l: str, now: datetime) -> RecoverySheet:
    """A new place with its codes. Raises NoKey, BadTimes."""
    maker = keeper(kind)
    return RecoverySheet(
        kind=kind,
        country=place.country.code,
        details={**_common(place), **maker.more(place)},
        sk_l=sk_l,
        created_at=now,
        codes=tuple(maker.issue(place, sk_l=sk_l, now=now)),
    )


def renewed_sheet(sheet: RecoverySheet, place: Place, *, now: datetime) -> RecoverySheet:
    """The same place with a new secret and new codes. Raises NoKey, BadTimes."""
    return first_sheet(sheet.kind, place, sk_l=new_location_secret().hex(), now=now)


def place_on(sheet: RecoverySheet) -> tuple[Keeper, Place]:
    """The place that a sheet is of, never saved. Raises NotSealed where the country no longer knows what the sheet says."""
    try:
        maker = keeper(sheet.kind)
        country = Country.objects.get(code=str(sheet.country), issues_codes=True)
        place = maker.place_again(_known(sheet.details, country), sheet.details, country=country)
        if not sheet.codes or not all(is_deep_link(code.deep_link) for code in sheet.codes):
            raise NotSealed
        maker.printables(place, sheet.codes, created_at=sheet.created_at)
    except (LookupError, ValueError, TypeError, OverflowError, ValidationError, ProtocolError, ObjectDoesNotExist):
        raise NotSealed from None
    return maker, place


def _common(place: Place) -> dict[str, Any]:
    return {
        "name": place.name,
        "type": place.venue_type.number,
        "category1": place.venue_category1,
        "category2": place.venue_category2,
        "region": place.region.number,
        "phone": place.phone,
        "pin": place.pin,
    }


def _known(details: dict[str, Any], country: Country) -> dict[str, Any]:
    return {
        "name": checked_name(str(details["name"])),
        "venue_type": VenueType.objects.get(country=country, number=int(details["type"])),
        "venue_category1": int(details["category1"]) & 15,
        "venue_category2": int(details["category2"]) & 15,
        "region": Region.objects.select_related("country").get(country=country, number=int(details["region"])),
        "phone": _digits(details["phone"], most=15) if country.has_tracing else "",
        "pin": _digits(details["pin"], most=PIN_DIGITS) if country.has_tracing else "",
    }


def _digits(text: Any, *, most: int) -> str:
    """Nothing, where the country had no contact tracing yet. Raises ValueError."""
    if not re.fullmatch(rf"[0-9]{{0,{most}}}", str(text), re.ASCII):
        raise ValueError("no digits")
    return str(text)
