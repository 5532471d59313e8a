"""Configurations of dedicated devices, sealed for the one who installs them: nothing of them is ever stored."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from clea_portal.accounts.models import User
from clea_portal.audit.trail import record_act
from clea_portal.authorities.keys import NoKey, issuing_keys
from clea_portal.codes.device_file import CHECKED_PERIODS, Cadence, describe
from clea_portal.codes.errors import Archived
from clea_portal.protocol.derivation import Profile
from venues.displays import last_rotation
from venues.models import Rotation, Venue, VenueRoom
from venues.rotations import check_values, set_rotation


class OtherDerivation(Exception):
    """The codes of the place are derived in another way than the device's: somebody has to agree that they change."""


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Whoever is to open the configuration. ``name``: for the audit trail, a fingerprint or the word passphrase; no secret."""

    seal: Callable[[dict[str, Any]], bytes]
    name: str


@transaction.atomic
def configure_device(
    *,
    venue: Venue,
    room: VenueRoom | None,
    profile: Profile,
    recipient: Recipient,
    may_change_codes: bool,
    by: User,
    now: datetime,
) -> bytes:
    """The sealed configuration of a device for a venue or one of its independent rooms.

    Where the device derives its codes in another way than the venue does, the venue's own codes follow, from the next renewal
    on, so that they agree. Raises Archived, NoKey, OtherDerivation unless ``may_change_codes``, and venues.errors.CodesAhead
    where codes of coming days are printed already.
    """
    venue = Venue.objects.locked(venue)
    if venue.archived_at is not None:
        raise Archived
    if not venue.country.issues_codes:
        raise NoKey(f"{venue.country.code} issues no codes here")
    keys = issuing_keys(venue.country, at=now)
    rotation = _follow(last_rotation(venue=venue, room=room, by=by, now=now), profile, may_change_codes, by=by, now=now)
    document = describe(
        place=venue,
        room=room.name if room else "",
        sk_l=rotation.secret.sk_l,
        keys=keys,
        cadence=Cadence(
            renewal_hours=rotation.renewal_hours,
            days=rotation.days_per_period,
            anchor=rotation.anchor,
            time_zone=rotation.time_zone,
            cri_exp=rotation.cri_exp,
            profile=profile,
            starts_at=rotation.starts_at,
        ),
        periods=[value.period for value in check_values(rotation, at=max(now, rotation.starts_at), count=CHECKED_PERIODS)],
        at=now,
    )
    record_act(
        actor=by,
        verb="device_configured",
        on=venue,
        room=str(room.uuid) if room else None,
        rotation=str(rotation.uuid),
        profile=profile.value,
        sealed_for=recipient.name,
    )
    return recipient.seal(document)


def _follow(rotation: Rotation, profile: Profile, may_change_codes: bool, *, by: User, now: datetime) -> Rotation:
    if Profile(rotation.profile) is profile:
        return rotation
    if not may_change_codes:
        raise OtherDerivation
    return set_rotation(
        venue=rotation.venue,
        room=rotation.room,
        renewal_hours=rotation.renewal_hours,
        days_per_period=rotation.days_per_period,
        cri_exp=rotation.cri_exp,
        profile=profile.value,
        by=by,
        now=now,
    )
