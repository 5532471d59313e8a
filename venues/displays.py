"""Displays: made with a link that opens nothing else, given a new one, switched off."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.models import User
from clea_portal.audit.trail import record_act
from clea_portal.codes.errors import Archived
from venues.models import Display, Rotation, Venue, VenueRoom
from venues.opening_hours import propose_hours, quietest_hour, spans_of
from venues.rotations import set_rotation

TOKEN_BYTES = 32
MOST_DISPLAYS = 200  # of one venue, switched-off ones aside
# A display asks for news once a minute: after five it is not merely late.
ALIVE = timedelta(minutes=5)
NOTED_EVERY = timedelta(minutes=1)


class TooManyDisplays(Exception):
    """The venue has as many displays as it may have: one must be switched off first."""


class DisplayState(models.TextChoices):
    NEVER_OPENED = "never_opened", _("Not opened yet")
    ALIVE = "alive", _("Working")
    SILENT = "silent", _("Without network, still showing codes")
    RUN_OUT = "run_out", _("Not heard of: it shows no code any more")
    SWITCHED_OFF = "switched_off", _("Switched off")


@dataclass(frozen=True, kw_only=True)
class DisplayDetails:
    """``hours_ahead``: for how many hours it goes on without network, 1 to 72; ``language``: one of display_words.LANGUAGES."""

    name: str
    room: VenueRoom | None
    staff: bool
    hours_ahead: int
    language: str


def token_hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


@transaction.atomic
def add_display(*, venue: Venue, by: User, details: DisplayDetails, now: datetime) -> tuple[Display, str]:
    """A display and its token, which nobody can learn again. Raises Archived, TooManyDisplays.

    A room of which nobody has said yet when its codes change gets a rotation with the hour that suits the place best.
    """
    venue = Venue.objects.locked(venue)
    if venue.archived_at is not None:
        raise Archived
    if venue.displays.in_use().count() >= MOST_DISPLAYS:
        raise TooManyDisplays
    last_rotation(venue=venue, room=details.room, by=by, now=now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    display = Display.objects.create(
        venue=venue,
        room=details.room,
        name=details.name,
        token_hash=token_hash(token),
        staff=details.staff,
        hours_ahead=details.hours_ahead,
        language=details.language,
        created_at=now,
        created_by=by,
    )
    record_act(actor=by, verb="display_added", on=venue, display=str(display.uuid), staff=details.staff)
    return display, token


@transaction.atomic
def change_display(display: Display, *, by: User, details: DisplayDetails) -> None:
    """What the tablet in the hall shows follows within a minute. Its room stays, and so does whether it is for staff."""
    display.name, display.hours_ahead, display.language = details.name, details.hours_ahead, details.language
    display.save(update_fields=["name", "hours_ahead", "language"])
    record_act(actor=by, verb="display_changed", on=display.venue, display=str(display.uuid))


@transaction.atomic
def replace_link(display: Display, *, by: User) -> str | None:
    """A new token; the old link opens nothing from now on. None if the display has been switched off."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    changed = Display.objects.in_use().filter(pk=display.pk).update(token_hash=token_hash(token), last_seen_at=None)
    if not changed:
        return None
    record_act(actor=by, verb="display_link_replaced", on=display.venue, display=str(display.uuid))
    return token


@transaction.atomic
def switch_off(display: Display, *, by: User, now: datetime) -> None:
    """Its link opens nothing from now on. Of two people who switch it off, the first one did."""
    if Display.objects.in_use().filter(pk=display.pk).update(revoked_at=now):
        record_act(actor=by, verb="display_switched_off", on=display.venue, display=str(display.uuid))


def last_rotation(*, venue: Venue, room: VenueRoom | None, by: User, now: datetime) -> Rotation:
    """The one that counts, or is about to; made, with the hour that suits the place best, where there is none."""
    last = Rotation.objects.of_room(venue, room).current().first()
    if last is not None:
        return last
    spans = spans_of(venue.opening_hours)
    hours = propose_hours(spans)[:1] or [quietest_hour(spans)]
    return set_rotation(venue=venue, room=room, renewal_hours=hours, by=by, now=now)


def find_by_token(token: str) -> Display | None:
    """The display that a link opens, unless it is switched off, its venue archived, or its room removed."""
    return (
        Display.objects.in_use()
        .filter(token_hash=token_hash(token), venue__archived_at__isnull=True, room__removed_at__isnull=True)
        .with_venue()
        .first()
    )


def note_seen(display: Display, *, now: datetime) -> None:
    """Remember that it asked, once a minute at most."""
    late = Q(last_seen_at__isnull=True) | Q(last_seen_at__lte=now - NOTED_EVERY)
    if display.last_seen_at is None or display.last_seen_at <= now - NOTED_EVERY:
        Display.objects.filter(late, pk=display.pk).update(last_seen_at=now)


def display_state(display: Display, *, now: datetime) -> DisplayState:
    if display.revoked_at is not None:
        return DisplayState.SWITCHED_OFF
    if display.last_seen_at is None:
        return DisplayState.NEVER_OPENED
    silent = now - display.last_seen_at
    if silent <= ALIVE:
        return DisplayState.ALIVE
    return DisplayState.SILENT if silent <= timedelta(hours=display.hours_ahead) else DisplayState.RUN_OUT
