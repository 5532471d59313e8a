"""When the dated and renewing codes of a venue, or of one of its rooms, change: who shows which code at which moment."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q

from clea_portal.accounts.models import User
from clea_portal.audit.trail import record_act
from clea_portal.codes.issuing import HOUR, Timing, issue_all
from clea_portal.codes.periods import Calendar, Period
from clea_portal.protocol.check_code import check_code
from clea_portal.protocol.derivation import Profile, derive_lt_key, derive_ltid, new_location_secret
from clea_portal.protocol.ntp import to_ntp
from venues.errors import BadRotation, CodesAhead
from venues.models import DerivationProfile, Display, Rotation, Venue, VenueCode, VenueRoom, showing_own_codes

MOST_DAYS_A_PERIOD = 10
_WHOLE_HOUR = re.compile(r"(?:[01][0-9]|2[0-3]):00")


class Coming(StrEnum):
    """What becomes of codes of coming days that a change of the rotation would contradict."""

    REFUSE = "refuse"  # nothing: raise CodesAhead
    KEEP = "keep"  # they stay: the change waits until the last of them has ended
    REPLACE = "replace"  # they are replaced: the change counts from the next renewal


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A period and the rotation that it follows. ``is_cut``: the next rotation takes over before the period would have ended."""

    rotation: Rotation
    period: Period
    is_cut: bool


@dataclass(frozen=True, kw_only=True)
class Showing:
    """What every display of a room shows from ``start`` to before ``end``; ``t_qr_start`` in NTP seconds."""

    turn: Turn
    t_qr_start: int
    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class CheckValue:
    """By which an installer sees that a device, a tablet and paper agree. Neither value is ever stored."""

    period: Period
    ltid: UUID
    check_code: str


@transaction.atomic
def set_rotation(
    *,
    venue: Venue,
    room: VenueRoom | None = None,
    renewal_hours: Sequence[str],
    days_per_period: int = 1,
    cri_exp: int = 10,
    profile: str = DerivationProfile.SPECIFICATION,
    coming: Coming = Coming.REFUSE,
    new_secret: bool = False,
    by: User,
    now: datetime,
) -> Rotation:
    """The rotation from now on, in place of the current one; the same SK_L goes on unless ``new_secret``.

    ``renewal_hours``: local whole hours ``HH:00`` in the venue's zone. A change never cuts a running code short: it counts from
    the first new renewal after it, or at once where neither paper nor display follows the old rotation. How often displays
    change their code (``cri_exp``) counts at once. Raises BadRotation, CodesAhead.
    """
    hours = _checked(renewal_hours, days_per_period)
    venue = Venue.objects.locked(venue)
    own = showing_own_codes(room)
    last = Rotation.objects.of_room(venue, own).current().first()
    wanted = {
        "renewal_hours": hours,
        "days_per_period": days_per_period,
        "time_zone": venue.time_zone,
        "profile": DerivationProfile(profile),
    }
    agrees = last is not None and not new_secret and all(getattr(last, name) == value for name, value in wanted.items())
    if last is not None and agrees:
        if last.cri_exp == cri_exp:
            return last
        starts_at, anchor = max(now, last.starts_at), last.anchor
    else:
        calendar = Calendar(hours=hours, zone=venue.zone, anchor=now.astimezone(venue.zone).date())
        starts_at, anchor = _hand_over(venue, own, calendar=calendar, coming=coming, by=by, now=now)
    for rotation in Rotation.objects.of_room(venue, own).filter(Q(replaced_at=None) | Q(replaced_at__gt=starts_at)):
        rotation.replaced_at = max(starts_at, rotation.starts_at)
        rotation.save(update_fields=["replaced_at"])
    secret = last.secret if last is not None and not new_secret else None
    if secret is None:
        secret = venue.secrets.create(room=own, sk_l=new_location_secret().hex(), created_at=now)
    rotation = Rotation.objects.create(
        venue=venue, room=own, secret=secret, anchor=anchor, cri_exp=cri_exp, created_at=now, created_by=by, starts_at=starts_at,
        **wanted,
    )  # fmt: skip
    record_act(actor=by, verb="rotation_set", on=venue, rotation=str(rotation.uuid))
    return rotation


def rotation_of(*, venue: Venue, room: VenueRoom | None, at: datetime) -> Rotation | None:
    """The rotation in force at a moment; before the first one, None."""
    return Rotation.objects.of_room(venue, room).between(at, at + timedelta(microseconds=1)).first()


def turns(*, venue: Venue, room: VenueRoom | None, start: datetime, end: datetime) -> list[Turn]:
    """The periods in force at some moment from ``start`` to before ``end``, in order, cut where the next rotation takes over."""
    found: list[Turn] = []
    for rotation in reversed(Rotation.objects.of_room(venue, room).between(start, end)):
        until = min(end, rotation.replaced_at or end)
        periods = rotation.calendar.between(max(start, rotation.starts_at), until)
        found.extend(_turn(rotation, period) for period in periods)
    return found


def showings(*, venue: Venue, room: VenueRoom | None, start: datetime, end: datetime) -> list[Showing]:
    """What displays show from ``start`` to ``end``: a new code every 2 ** cri_exp seconds, counted from the period's start."""
    found = []
    for turn in turns(venue=venue, room=room, start=start, end=end):
        rotation, period = turn.rotation, turn.period
        step = 1 << rotation.cri_exp
        first = max(start, rotation.starts_at, period.start)
        last = min(end, period.end, rotation.replaced_at or end)
        moment = period.start + timedelta(seconds=(to_ntp(first) - period.t_period_start) // step * step)
        while moment < last:
            following = moment + timedelta(seconds=step)
            found.append(Showing(turn=turn, t_qr_start=to_ntp(moment), start=max(moment, first), end=min(following, period.end)))
            moment = following
    return found


def links_of(showings: Sequence[Showing], *, staff: bool = False) -> list[str]:
    """Their deep links, with the country's keys of the first one's start. All of one venue. Raises NoKey."""
    if not showings:
        return []
    first = showings[0]
    wanted = [(_secret_of(showing.turn), _timing(showing, staff=staff)) for showing in showings]
    return issue_all(place=first.turn.rotation.venue, wanted=wanted, at=first.start).links


def link_at(rotation: Rotation, moment: datetime, *, staff: bool = False) -> str:
    """The deep link of the code that this rotation shows at a moment, past ones too. Raises NoKey."""
    turn = _turn(rotation, rotation.calendar.at(moment))
    step = 1 << rotation.cri_exp
    start = turn.period.t_period_start
    showing = Showing(
        turn=turn,
        t_qr_start=start + (to_ntp(moment) - start) // step * step,
        start=moment,
        end=moment + timedelta(seconds=step),
    )
    return links_of([showing], staff=staff)[0]


def dated_timing(turn: Turn, *, staff: bool = False) -> Timing:
    """Of the one code on paper for a whole period: it is never renewed within it."""
    period = turn.period
    return Timing(
        t_period_start=period.t_period_start,
        t_qr_start=period.t_period_start,
        period_duration=period.hours,
        staff=staff,
        profile=Profile(turn.rotation.profile),
    )


def check_values(rotation: Rotation, *, at: datetime, count: int = 7) -> list[CheckValue]:
    """Of the period that covers a moment and those that follow, by this rotation alone, as a device counts them."""
    days = 1 + count * rotation.days_per_period
    periods = rotation.calendar.between(at, at + timedelta(days=days))[:count]
    secret, profile = bytes.fromhex(rotation.secret.sk_l), Profile(rotation.profile)
    ltids = [derive_ltid(derive_lt_key(secret, period.t_period_start, profile)) for period in periods]
    return [
        CheckValue(period=period, ltid=ltid, check_code=check_code(ltid)) for period, ltid in zip(periods, ltids, strict=True)
    ]


def codes_ahead(*, venue: Venue, room: VenueRoom | None, now: datetime) -> tuple[int, datetime | None]:
    """How many codes of days are running or coming, those for staff included, and when the last of them ends."""
    codes = VenueCode.objects.of_room(venue, room).current().dated().ending_after(now)
    return codes.count(), codes.aggregate(until=Max("valid_until"))["until"]


def _checked(renewal_hours: Sequence[str], days_per_period: int) -> list[str]:
    hours = sorted(set(renewal_hours))
    if not hours or len(hours) != len(renewal_hours) or not all(_WHOLE_HOUR.fullmatch(hour) for hour in hours):
        raise BadRotation
    if not 1 <= days_per_period <= MOST_DAYS_A_PERIOD or (days_per_period > 1 and len(hours) > 1):
        raise BadRotation
    return hours


def _hand_over(
    venue: Venue, room: VenueRoom | None, *, calendar: Calendar, coming: Coming, by: User, now: datetime
) -> tuple[datetime, date]:
    """From when a new rotation counts, and the local day from which it counts its periods. Raises CodesAhead."""
    running = rotation_of(venue=venue, room=room, at=now)
    number, until = codes_ahead(venue=venue, room=room, now=now)
    if running is None or not (number or _has_displays(venue, room)):
        return now, calendar.anchor
    earliest = _turn(running, running.calendar.at(now)).period.end
    if until is not None and until > earliest:
        if coming is Coming.REFUSE:
            raise CodesAhead(number=number, until=until)
        if coming is Coming.KEEP:
            earliest = until
        else:
            replaced = VenueCode.objects.of_room(venue, room).current().dated().filter(valid_from__gte=earliest)
            record_act(actor=by, verb="dated_codes_replaced", on=venue, number=replaced.update(replaced_at=now))
    day = earliest.astimezone(calendar.zone).date() - timedelta(days=1)
    while True:
        for period in calendar.starting(first_day=day, last_day=day):
            if period.start >= earliest:
                return period.start, day
        day += timedelta(days=1)


def _has_displays(venue: Venue, room: VenueRoom | None) -> bool:
    displays = Display.objects.in_use().filter(venue=venue)
    return (displays.filter(room=room) if room else displays.exclude(room__independent=True)).exists()


def _turn(rotation: Rotation, period: Period) -> Turn:
    if rotation.replaced_at is None or rotation.replaced_at >= period.end:
        return Turn(rotation=rotation, period=period, is_cut=False)
    hours = max(1, -(-(to_ntp(rotation.replaced_at) - period.t_period_start) // HOUR))
    return Turn(rotation=rotation, period=replace(period, hours=min(hours, period.hours)), is_cut=True)


def _secret_of(turn: Turn) -> str:
    return turn.rotation.secret.sk_l


def _timing(showing: Showing, *, staff: bool) -> Timing:
    rotation, period = showing.turn.rotation, showing.turn.period
    return Timing(
        t_period_start=period.t_period_start,
        t_qr_start=showing.t_qr_start,
        period_duration=period.hours,
        cri_exp=rotation.cri_exp,
        staff=staff,
        profile=Profile(rotation.profile),
    )
