"""The places of a manager, asked of venues and events for one act of giving a code."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.db.models import Model

from clea_portal.accounts.models import User
from clea_portal.authorities.enums import Deployment
from clea_portal.codes.access import WRITERS
from clea_portal.codes.past import PastCode
from events.models import Event
from events.past_codes import codes_between as codes_of_event
from venues.models import Venue
from venues.past_codes import codes_between as codes_of_venue


@dataclass(frozen=True, kw_only=True)
class GivingPlace:
    """``key`` names the place in the form; ``row`` is what the act is logged on."""

    key: str
    kind: str
    name: str
    zone: ZoneInfo
    row: Model
    codes_between: Callable[..., list[PastCode]]


def places_of(user: User) -> list[GivingPlace]:
    """The venues and events for which the person may act, where there is contact tracing; by name."""
    own = {"organisation__memberships__user": user, "organisation__memberships__role__in": WRITERS}
    venues = Venue.objects.filter(**own).exclude(region__country__deployment=Deployment.NONE).with_country()
    events = Event.objects.filter(**own).exclude(region__country__deployment=Deployment.NONE).with_country()
    places = [
        GivingPlace(
            key=f"venue-{venue.uuid}",
            kind="venue",
            name=venue.name,
            zone=venue.zone,
            row=venue,
            codes_between=partial(codes_of_venue, venue),
        )
        for venue in venues
    ] + [
        GivingPlace(
            key=f"event-{event.uuid}",
            kind="event",
            name=event.name,
            zone=event.zone,
            row=event,
            codes_between=partial(_of_event, event),
        )
        for event in events
    ]
    return sorted(places, key=lambda place: place.name.casefold())


def _of_event(event: Event, start: datetime, end: datetime, *, now: datetime) -> list[PastCode]:
    return codes_of_event(event, start, end)
