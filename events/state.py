"""Where an event stands, and what to tell its organiser."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import models
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import Event, EventCode


class EventState(models.TextChoices):
    UPCOMING = "upcoming", _("Coming up")
    RUNNING = "running", _("Now")
    LEFT_BEHIND = "left_behind", _("Renew the codes")
    PAST = "past", _("Over")


def state_of_event(event: Event, *, codes: Sequence[EventCode], now: datetime) -> EventState:
    """``codes``: its current ones."""
    if event.end <= now:
        return EventState.PAST
    if any(code.edited_since for code in codes):
        return EventState.LEFT_BEHIND
    return EventState.RUNNING if event.start <= now else EventState.UPCOMING


def times_of(event: Event) -> list[dict[str, str]]:
    """Rows of components/facts.html, in the event's zone."""
    start, end = (date_format(moment.astimezone(event.zone), "l j F Y, H:i") for moment in (event.start, event.end))
    zone = gettext("local times, %(zone)s") % {"zone": event.time_zone}
    return [{"label": gettext("Start"), "value": start}, {"label": gettext("End"), "value": end, "note": zone}]


def deleted_on(event: Event) -> datetime:
    """When retention deletes the event and its codes."""
    return event.end + timedelta(days=event.country.code_retention_days)
