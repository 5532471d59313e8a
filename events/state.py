"""Where an event and its slots stand, and what to tell their organiser."""

from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import Event, Slot


class EventState(models.TextChoices):
    UPCOMING = "upcoming", _("Coming up")
    RUNNING = "running", _("Now")
    LEFT_BEHIND = "left_behind", _("Renew the codes")
    NO_CODES = "no_codes", _("No code yet")
    PAST = "past", _("Over")


def state_of(times: Event | Slot, *, has_codes: bool, left_behind: bool, now: datetime) -> EventState:
    """``left_behind``: whether a code of it that still counts carries old details."""
    if times.end <= now:
        return EventState.PAST
    if not has_codes:
        return EventState.NO_CODES
    if left_behind:
        return EventState.LEFT_BEHIND
    return EventState.RUNNING if times.start <= now else EventState.UPCOMING


class Span(Protocol):
    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...


def span_of(times: Span, zone: ZoneInfo) -> str:
    """From when to when, in a zone: the day once, if it is one day."""
    start, end = (moment.astimezone(zone) for moment in (times.start, times.end))
    day = date_format(start, "l j F Y")
    if start.date() == end.date():
        return f"{day}, {hours_of(times, zone)}"
    last = date_format(end, "l j F" if start.year == end.year else "l j F Y")
    return f"{day}, {date_format(start, 'H:i')} – {last}, {date_format(end, 'H:i')}"


def hours_of(times: Span, zone: ZoneInfo) -> str:
    """The same where the first day is said already."""
    start, end = (moment.astimezone(zone) for moment in (times.start, times.end))
    until = date_format(end, "H:i" if start.date() == end.date() else "l j, H:i")
    return f"{date_format(start, 'H:i')}–{until}"


def times_of(event: Event) -> list[dict[str, str]]:
    """Rows of components/facts.html, in the event's zone."""
    start, end = (date_format(moment.astimezone(event.zone), "l j F Y, H:i") for moment in (event.start, event.end))
    zone = gettext("local times, %(zone)s") % {"zone": event.time_zone}
    return [{"label": gettext("Start"), "value": start}, {"label": gettext("End"), "value": end, "note": zone}]


def deleted_on(event: Event) -> datetime:
    """When retention deletes the event and its codes."""
    return event.end + timedelta(days=event.country.code_retention_days)
