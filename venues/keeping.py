"""A venue's code made without writing anything down."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from clea_portal.accounts.models import Organisation
from clea_portal.authorities.models import Country
from clea_portal.codes.forms import PlaceForm
from clea_portal.codes.issuing import HOUR, Timing, issue
from clea_portal.codes.keeping.sheet import KeptCode
from clea_portal.codes.models import Place
from clea_portal.codes.places import fill_in
from clea_portal.codes.printing.subjects import PrintableCode
from clea_portal.protocol.ntp import from_ntp, to_ntp
from venues.forms import VenueForm
from venues.models import Venue, VenueCode, VenueCodeKind
from venues.printing import printable


class VenueKeeper:
    """See codes.keeping.keeper.Keeper."""

    def form(self, data: Any, *, country: Country, initial: dict[str, Any] | None = None) -> PlaceForm:
        return VenueForm(data, country=country, initial=initial)

    def place(self, form: PlaceForm) -> Venue:
        venue = _blank(form.country)
        fill_in(venue, form.details())
        return venue

    def more(self, place: Place) -> dict[str, Any]:
        return {}

    def place_again(self, common: dict[str, Any], extra: dict[str, Any], *, country: Country) -> Venue:
        venue = _blank(country)
        for name, value in common.items():
            setattr(venue, name, value)
        return venue

    def issue(self, place: Place, *, sk_l: str, now: datetime) -> list[KeptCode]:
        period_start = to_ntp(now) // HOUR * HOUR
        timing = Timing(t_period_start=period_start, t_qr_start=period_start)
        link = issue(place=place, sk_l=sk_l, timing=timing, at=now).link
        return [KeptCode(kind=VenueCodeKind.STATIC, deep_link=link, valid_from=from_ntp(period_start), valid_until=None)]

    def printables(self, place: Place, codes: Sequence[KeptCode], *, created_at: datetime) -> list[PrintableCode]:
        assert isinstance(place, Venue)
        return [
            printable(
                VenueCode(
                    venue=place,
                    kind=VenueCodeKind(code.kind),
                    deep_link=code.deep_link,
                    created_at=created_at,
                    valid_from=code.valid_from,
                    valid_until=code.valid_until,
                )
            )
            for code in codes
        ]


def _blank(country: Country) -> Venue:
    return Venue(organisation=Organisation(country=country), time_zone=country.time_zone)
