"""The codes that a display shows one after the other. None is stored: they follow from secret, rotation and time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from clea_portal.authorities.keys import NoKey, issuing_keys
from clea_portal.posters.bitmap import make_bitmap
from clea_portal.protocol.check_code import check_code
from clea_portal.protocol.keys import public_key_hex
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import decode_header
from venues.models import Display, Rotation
from venues.rotations import Showing, links_of, showings

# Some 5 ms each with the proof: an answer stays under half a second.
MOST_AT_ONCE = 64


class NothingToShow(Exception):
    """The display's room has no rotation: its manager has to say first when its codes change."""


@dataclass(frozen=True, kw_only=True)
class ShownCode:
    """Shown from ``start`` to before ``end``; ``t_qr_start``: NTP seconds, at ``start`` or before it."""

    start: datetime
    end: datetime
    t_qr_start: int
    deep_link: str = field(repr=False)

    @property
    def check_code(self) -> str:
        return check_code(decode_header(parse_link(self.deep_link).lsp).ltid)

    def bitmap(self) -> bytes:
        """Proven to read back. Raises LinkUnfit, PosterUnreadable."""
        return make_bitmap(self.deep_link)


def rotations_of(display: Display, *, now: datetime) -> list[Rotation]:
    """In force until its codes ahead end, the earliest first. Raises NothingToShow."""
    ahead = now + timedelta(hours=display.hours_ahead)
    found = list(Rotation.objects.of_room(display.venue, display.room).between(now, ahead).order_by("starts_at"))
    if not found:
        raise NothingToShow
    return found


def code_at(display: Display, moment: datetime) -> ShownCode:
    """The code of a moment. Raises NothingToShow, NoKey."""
    return codes_between(display, start=moment, end=moment + timedelta(seconds=1))[0]


def codes_between(display: Display, *, start: datetime, end: datetime) -> list[ShownCode]:
    """The first of the codes that it shows from one moment to another, ``MOST_AT_ONCE`` at most. Raises NothingToShow, NoKey."""
    found = _first_showings(display, start, end)
    if not found:
        raise NothingToShow
    links = links_of(found, staff=display.staff)
    return [
        ShownCode(start=showing.start, end=showing.end, t_qr_start=showing.t_qr_start, deep_link=link)
        for showing, link in zip(found, links, strict=True)
    ]


def edition(display: Display, rotations: Sequence[Rotation], *, now: datetime) -> str:
    """Changes when anything changes that the display's codes carry: then it must not show those that it has kept.

    Whoever holds the display's link cannot guess the PIN from it. Raises NoKey.
    """
    venue = display.venue
    if not venue.country.issues_codes:
        raise NoKey(f"{venue.country.code} issues no codes here")
    keys = issuing_keys(venue.country, at=now)
    contents = [
        [[str(rotation.uuid), rotation.cri_exp, str(rotation.starts_at), str(rotation.replaced_at)] for rotation in rotations],
        [venue.country.prefix, public_key_hex(keys.pk_sa), keys.pk_mcta and public_key_hex(keys.pk_mcta)],
        [venue.venue_type.number, venue.venue_category1, venue.venue_category2],
        [venue.phone, venue.region.number, venue.pin],
        display.staff,
    ]
    return salted_hmac("venues.display_codes.edition", json.dumps(contents)).hexdigest()[:24]


def _first_showings(display: Display, start: datetime, end: datetime) -> list[Showing]:
    """Not worked out further ahead than an answer reaches: at CRIexp 4, three days are 16,200 codes."""
    shortest = min(2**rotation.cri_exp for rotation in rotations_of(display, now=start))
    until = min(end, start + timedelta(seconds=shortest * MOST_AT_ONCE))
    found = showings(venue=display.venue, room=display.room, start=start, end=until)[:MOST_AT_ONCE]
    for showing in found:
        # The one that came with its country and type, so that nobody asks for them again.
        showing.turn.rotation.venue = display.venue
    return found
