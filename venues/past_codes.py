"""The codes that a venue showed in a span of the recent past."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.db.models import Q

from clea_portal.codes.issuing import Timing, issue
from clea_portal.codes.past import PastCode, each_once, ltid_of
from clea_portal.codes.periods import Calendar, Period
from clea_portal.protocol.derivation import Profile, derive_lt_key, derive_ltid
from venues.models import Rotation, Venue, VenueCode, VenueCodeKind


def codes_between(venue: Venue, start: datetime, end: datetime, *, now: datetime) -> list[PastCode]:
    """What counted between two moments, printed or shown, each LTId once, the earliest first. ``venue`` comes with its country.

    Issued codes are given as they were issued; what displays and devices showed is made again from the rotation of then.
    """
    in_force = Q(created_at__lt=end) & (Q(replaced_at__isnull=True) | Q(replaced_at__gt=start))
    issued = venue.codes.filter(in_force, Q(valid_until__isnull=True) | Q(valid_until__gt=start), valid_from__lt=end)
    printed = [_printed(code) for code in issued.exclude(kind=VenueCodeKind.STAFF).select_related("room")]
    shown = [
        code
        for rotation in venue.rotations.filter(in_force).select_related("room", "secret")
        for code in _shown(venue, rotation, start, end, now)
    ]
    return sorted(each_once(printed + shown), key=lambda code: (code.valid_from, code.key))


def _printed(code: VenueCode) -> PastCode:
    return PastCode(
        key=f"code-{code.uuid}",
        room=code.room.name if code.room else "",
        valid_from=code.valid_from,
        valid_until=code.valid_until,
        ltid=ltid_of(code),
        make_link=lambda: code.deep_link,
    )


def _shown(venue: Venue, rotation: Rotation, start: datetime, end: datetime, now: datetime) -> Iterator[PastCode]:
    calendar = Calendar(
        hours=rotation.renewal_hours, zone=rotation.zone, anchor=rotation.anchor, days=rotation.days_per_period
    )
    profile = Profile(rotation.profile)
    for period in calendar.between(max(start, rotation.created_at), min(end, rotation.replaced_at or end)):
        yield PastCode(
            key=f"rotation-{rotation.uuid}-{period.t_period_start}",
            room=rotation.room.name if rotation.room else "",
            valid_from=period.start,
            valid_until=period.end,
            ltid=derive_ltid(derive_lt_key(bytes.fromhex(rotation.secret.sk_l), period.t_period_start, profile)),
            make_link=partial(_make_again, venue, rotation, period, now),
        )


def _make_again(venue: Venue, rotation: Rotation, period: Period, now: datetime) -> str:
    """The code of a whole period, not renewed within it. Raises NoKey."""
    timing = Timing(
        t_period_start=period.t_period_start,
        t_qr_start=period.t_period_start,
        period_duration=period.hours,
        profile=Profile(rotation.profile),
    )
    return issue(place=venue, sk_l=rotation.secret.sk_l, timing=timing, at=now)
