"""How the codes of a pack stand in its table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from clea_portal.codes.periods import Period
from clea_portal.protocol.ntp import to_ntp
from venues.models import VenueCode
from venues.packs import day_of


class DayState(models.TextChoices):
    OVER = "over", _("Over")
    RUNNING = "running", _("Now")
    COMING = "coming", _("Coming")
    LEFT_BEHIND = "left_behind", _("Carries old details")
    REPLACED = "replaced", _("Replaced")


@dataclass(frozen=True, kw_only=True)
class PackRow:
    """``start`` and ``end`` in the zone of the pack."""

    code: VenueCode
    day: date
    start: datetime
    end: datetime
    state: DayState


def pack_rows(codes: Iterable[VenueCode], *, zone: ZoneInfo, now: datetime) -> list[PackRow]:
    return [
        PackRow(
            code=code,
            day=day_of(Period(t_period_start=to_ntp(code.valid_from), hours=1), zone),
            start=code.valid_from.astimezone(zone),
            end=code.valid_until.astimezone(zone),
            state=_state(code, now),
        )
        for code in codes
        if code.valid_until is not None
    ]


def _state(code: VenueCode, now: datetime) -> DayState:
    if code.replaced_at is not None:
        return DayState.REPLACED
    if code.has_ended(now):
        return DayState.OVER
    if code.edited_since:
        return DayState.LEFT_BEHIND
    return DayState.RUNNING if code.valid_from <= now else DayState.COMING
