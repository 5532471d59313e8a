"""The state of many venues at a glance: a fixed number of queries, however many venues and rooms there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import Count, Max, Q
from django.utils.translation import gettext_lazy as _

from clea_portal.codes.shelf_life import renewal_advised_at, state_of
from venues.displays import ALIVE
from venues.models import DayPack, Display, Venue, VenueCode, VenueCodeKind, VenueQuerySet, VenueRoom


class VenueState(models.TextChoices):
    """The most pressing thing of all the rooms of a venue."""

    CURRENT = "current", _("In use")
    RENEWAL_ADVISED = "renewal_advised", _("Renewal advised")
    LEFT_BEHIND = "left_behind", _("Carries old details")
    NO_CODE = "no_codes", _("No code now")


_URGENCY = [VenueState.CURRENT, VenueState.RENEWAL_ADVISED, VenueState.LEFT_BEHIND, VenueState.NO_CODE]


@dataclass(kw_only=True)
class Glance:
    """``code``: that of the whole venue now. ``next_renewal``: the local day on which it ends, or a new one is advised."""

    venue: Venue
    state: VenueState
    code: VenueCode | None = None
    next_renewal: date | None = None
    rooms: int = 0
    displays: int = 0
    displays_alive: int = 0


def glances(venues: Sequence[Venue], *, now: datetime) -> list[Glance]:
    """In the order of the venues, which come with their countries."""
    rows = {venue.pk: Glance(venue=venue, state=VenueState.CURRENT) for venue in venues}
    _count(rows, now)
    codes = _codes_now(rows, now)
    packed = _packed(rows)
    shown = set(Display.objects.in_use().filter(venue__in=rows).values_list("venue", "room__independent", "room"))
    wholes_shown = {venue for venue, independent, _room in shown if not independent}
    for venue_id, row in rows.items():
        parts = codes.get(venue_id, {})
        row.code = parts.get(None)
        states = [_state(code, now=now) for code in parts.values()]
        if row.code is None and venue_id not in wholes_shown:
            states.append(VenueState.NO_CODE)
        row.state = max(states or [VenueState.CURRENT], key=_URGENCY.index)
        row.next_renewal = _next_renewal(row, packed.get(venue_id))
    return list(rows.values())


def needing_attention(venues: VenueQuerySet, *, now: datetime) -> VenueQuerySet:
    """Those of which a static code is old or carries old details."""
    codes = VenueCode.objects.static().current().ending_after(now)
    renewal_days = dict(venues.order_by().values_list("region__country", "region__country__renewal_days").distinct())
    old = Q(pk__in=[])
    for country, days in renewal_days.items():
        old |= Q(venue__region__country=country, valid_until=None, created_at__lte=now - timedelta(days=days))
    return venues.filter(pk__in=codes.filter(old | ~Q(edited_since=[])).values("venue"))


def _count(rows: dict[int, Glance], now: datetime) -> None:
    rooms = VenueRoom.objects.in_use().filter(venue__in=rows).order_by().values_list("venue").annotate(number=Count("pk"))
    for venue_id, number in rooms:
        rows[venue_id].rooms = number
    displays = Display.objects.in_use().filter(venue__in=rows).order_by().values_list("venue")
    alive_too = displays.annotate(number=Count("pk"), alive=Count("pk", filter=Q(last_seen_at__gt=now - ALIVE)))
    for venue_id, number, alive in alive_too:
        rows[venue_id].displays, rows[venue_id].displays_alive = number, alive


def _codes_now(rows: dict[int, Glance], now: datetime) -> dict[int, dict[int | None, VenueCode]]:
    """By venue and room, the code of now: where a static one and one of the day hang, the latter."""
    counting = Q(kind=VenueCodeKind.STATIC) | Q(kind=VenueCodeKind.DATED, valid_from__lte=now)
    found: dict[int, dict[int | None, VenueCode]] = {}
    for code in VenueCode.objects.current().ending_after(now).filter(counting, venue__in=rows):
        code.venue = rows[code.venue_id].venue
        parts = found.setdefault(code.venue_id, {})
        if code.room_id not in parts or code.kind == VenueCodeKind.DATED:
            parts[code.room_id] = code
    return found


def _packed(rows: dict[int, Glance]) -> dict[int, date]:
    packs = DayPack.objects.in_use().filter(venue__in=rows, room=None).order_by()
    return dict(packs.values_list("venue").annotate(last=Max("last_day")))


def _state(code: VenueCode, *, now: datetime) -> VenueState:
    state = state_of(code, country=code.venue.country, now=now)
    return VenueState(state.value) if state.value in VenueState.values else VenueState.CURRENT


def _next_renewal(row: Glance, packed_until: date | None) -> date | None:
    if row.code is None:
        return None
    if row.code.kind == VenueCodeKind.DATED:
        return packed_until
    moment = row.code.valid_until or renewal_advised_at(row.code, country=row.venue.country)
    return moment.astimezone(row.venue.zone).date()
