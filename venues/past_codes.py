"""The codes that a venue showed in a span of the recent past."""

from datetime import datetime

from django.db.models import Q

from clea_portal.codes.issuing import issue
from clea_portal.codes.past import PastCode, each_once, ltid_of
from clea_portal.protocol.derivation import Profile, derive_lt_key, derive_ltid
from venues.models import Venue, VenueCode, VenueCodeKind
from venues.rotations import Turn, dated_timing, turns


def codes_between(venue: Venue, start: datetime, end: datetime, *, now: datetime) -> list[PastCode]:
    """What counted between two moments, printed or shown, each LTId once, the earliest first. ``venue`` comes with its country.

    Issued codes are given as they were issued; what displays and devices showed is made again from the rotation of then.
    """
    issued = venue.codes.filter(
        Q(replaced_at__isnull=True) | Q(replaced_at__gt=start),
        Q(valid_until__isnull=True) | Q(valid_until__gt=start),
        created_at__lt=end,
        valid_from__lt=end,
    )
    printed = [_printed(code) for code in issued.exclude(kind=VenueCodeKind.STAFF).select_related("room")]
    shown = [
        _shown(venue, turn, now)
        for room in (None, *venue.rooms.filter(independent=True))
        for turn in turns(venue=venue, room=room, start=start, end=end)
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


def _shown(venue: Venue, turn: Turn, now: datetime) -> PastCode:
    rotation, period = turn.rotation, turn.period
    lt_key = derive_lt_key(bytes.fromhex(rotation.secret.sk_l), period.t_period_start, Profile(rotation.profile))
    return PastCode(
        key=f"rotation-{rotation.uuid}-{period.t_period_start}",
        room=rotation.room.name if rotation.room else "",
        valid_from=period.start,
        valid_until=period.end,
        ltid=derive_ltid(lt_key),
        make_link=lambda: issue(place=venue, sk_l=rotation.secret.sk_l, timing=dated_timing(turn), at=now).link,
    )
