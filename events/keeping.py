"""An event's codes made without writing anything down."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from clea_portal.accounts.models import Organisation
from clea_portal.authorities.enums import AsynchronousStyle
from clea_portal.authorities.models import Country
from clea_portal.codes.forms import PlaceForm
from clea_portal.codes.issuing import issue_all
from clea_portal.codes.keeping.keeper import BadTimes
from clea_portal.codes.keeping.sheet import KeptCode
from clea_portal.codes.models import Place
from clea_portal.codes.periods import MAX_PERIOD_HOURS
from clea_portal.codes.places import fill_in
from clea_portal.codes.printing.subjects import PrintableCode
from clea_portal.protocol.ntp import to_ntp
from events.forms import EventForm
from events.models import Event, EventCode, EventCodeKind
from events.printing import printable
from events.timing import EventTooLong, asynchronous_timing, period_of, synchronous_timing


class EventKeeper:
    """See codes.keeping.keeper.Keeper."""

    def form(self, data: Any, *, country: Country, initial: dict[str, Any] | None = None) -> PlaceForm:
        return EventForm(data, country=country, initial=initial, time_zone=timezone.get_current_timezone_name())

    def place(self, form: PlaceForm) -> Event:
        assert isinstance(form, EventForm)
        schedule = form.schedule()
        event = _blank(form.country)
        event.start, event.end, event.time_zone = schedule.start, schedule.end, schedule.time_zone
        fill_in(event, form.details())
        return event

    def more(self, place: Place) -> dict[str, Any]:
        assert isinstance(place, Event)
        zone = {} if place.time_zone == place.country.time_zone else {"zone": place.time_zone}
        return {"start": place.start.isoformat(), "end": place.end.isoformat(), **zone}

    def place_again(self, common: dict[str, Any], extra: dict[str, Any], *, country: Country) -> Event:
        event = _blank(country)
        for name, value in common.items():
            setattr(event, name, value)
        event.time_zone = ZoneInfo(extra.get("zone", country.time_zone)).key
        event.start, event.end = (datetime.fromisoformat(extra[name]) for name in ("start", "end"))
        # Two moments, as to_ntp takes them, of which one without a zone is none.
        if to_ntp(event.end) <= to_ntp(event.start):
            raise ValueError("ends before it starts")
        return event

    def issue(self, place: Place, *, sk_l: str, now: datetime) -> list[KeptCode]:
        assert isinstance(place, Event)
        times = {"start": place.start, "end": place.end}
        try:
            period = period_of(**times)
        except EventTooLong:
            message = _("This event is too long for one code, which covers at most %(hours)s hours (ten and a half days).")
            raise BadTimes(message % {"hours": MAX_PERIOD_HOURS}) from None
        style = AsynchronousStyle(place.country.asynchronous_style)
        wanted = [(sk_l, synchronous_timing(period)), (sk_l, asynchronous_timing(**times, style=style))]
        entrance, ticket = issue_all(place=place, wanted=wanted, at=now).links
        return [
            KeptCode(kind=EventCodeKind.ENTRANCE, deep_link=entrance, valid_from=period.start, valid_until=period.end),
            KeptCode(kind=EventCodeKind.ASYNCHRONOUS, deep_link=ticket, valid_from=place.start, valid_until=place.end),
        ]

    def printables(self, place: Place, codes: Sequence[KeptCode], *, created_at: datetime) -> list[PrintableCode]:
        assert isinstance(place, Event)
        return [
            printable(
                EventCode(
                    event=place,
                    kind=EventCodeKind(code.kind),
                    deep_link=code.deep_link,
                    created_at=created_at,
                    valid_from=code.valid_from,
                    valid_until=code.valid_until,
                )
            )
            for code in codes
        ]


def _blank(country: Country) -> Event:
    return Event(organisation=Organisation(country=country), time_zone=country.time_zone)
