from datetime import datetime
from typing import Any

from django.test import Client

from tests.members import member
from tests.venues.making import NOW
from venues.displays import DisplayDetails, add_display
from venues.models import Display, Venue, VenueRoom


def added_display(venue: Venue, *, room: VenueRoom | None = None, now: datetime = NOW, **changes: Any) -> tuple[Display, str]:
    """A display with its token, made as a manager makes it."""
    details = {"name": "Tablette du bar", "room": room, "staff": False, "hours_ahead": 12, "language": "fr"}
    return add_display(venue=venue, by=member(venue.organisation), details=DisplayDetails(**(details | changes)), now=now)


def anonymous() -> Client:
    return Client(headers={"accept-language": "en"})
