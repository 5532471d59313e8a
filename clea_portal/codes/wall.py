"""“Photograph your poster”: whether what hangs on the wall is the right code, still counts, and reads well."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.codes.models import IssuedCode
from clea_portal.codes.past import PastCode, ltid_of
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import decode_header
from clea_portal.scanning.results import Inspection

# Below these, phones begin to hesitate; measured on tests/pictures.py, where plain looks miss most of what lies below.
SMALLEST_MODULE = 2.5  # pixels
FAINTEST = 0.35
SOFTEST = 0.2
MOST_SLANT = 0.25
QUIET_ENOUGH = 0.97


class OnWall(models.TextChoices):
    """What a photographed code is to the place, with the sentence for it."""

    CURRENT = "current", gettext_lazy("This is the right code, and it counts now.")
    EARLY = "early", gettext_lazy("This is a code of this place for a later day. Hang it up when its time begins.")
    OVER = "over", gettext_lazy("This is a code of this place, but its time is over. Take it down and hang up today's.")
    REPLACED = (
        "replaced",
        gettext_lazy("This code has been replaced. Take it down and hang up the new one: two codes split your guests."),
    )
    OTHER_PLACE = "other_place", gettext_lazy("This is the code of another place of your organisation.")
    STRANGE = (
        "strange",
        gettext_lazy("This is not a code of this place. If it hangs on your wall, take it down and hang up your own."),
    )


@dataclass(frozen=True, kw_only=True)
class Found:
    """``state`` of the code, and from when to when it counts, where it is one of the place."""

    state: OnWall
    ltid: UUID
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One thing that was measured: a word for it, whether it is good, and what to do if not."""

    label: str
    is_good: bool
    advice: str


def find_on_wall(link: str, *, issued: Iterable[IssuedCode], shown: Sequence[PastCode], now: datetime) -> Found:
    """The code of the place that a photographed link stands for. ``shown``: what displays and devices showed lately."""
    ltid = decode_header(parse_link(link).lsp).ltid
    same = [code for code in issued if ltid_of(code) == ltid]
    for code in sorted(same, key=lambda code: code.replaced_at is not None):
        return Found(state=_state(code, now), ltid=ltid, valid_from=code.valid_from, valid_until=code.valid_until)
    for past in shown:
        if past.ltid == ltid:
            is_over = past.valid_until is not None and past.valid_until <= now
            state = OnWall.OVER if is_over else OnWall.CURRENT
            return Found(state=state, ltid=ltid, valid_from=past.valid_from, valid_until=past.valid_until)
    return Found(state=OnWall.STRANGE, ltid=ltid)


def _state(code: IssuedCode, now: datetime) -> OnWall:
    if code.replaced_at is not None:
        return OnWall.REPLACED
    if code.valid_until is not None and code.valid_until <= now:
        return OnWall.OVER
    return OnWall.EARLY if code.valid_from > now else OnWall.CURRENT


def judge(inspection: Inspection) -> list[Reading]:
    """How well the code reads, point by point, with what to change."""
    return [
        Reading(
            label=_("Size in the photo"),
            is_good=inspection.module_pixels >= SMALLEST_MODULE,
            advice=_(
                "The code is small in the photo. If you stood where guests stand, print it larger; else go closer and try again."
            ),
        ),
        Reading(
            label=_("Contrast"),
            is_good=inspection.contrast >= FAINTEST,
            advice=_("Light and dark are close to each other. Print it again with full black, or take it out of the glare."),
        ),
        Reading(
            label=_("Sharpness"),
            is_good=inspection.sharpness >= SOFTEST,
            advice=_("Edges are soft. Hold the phone still and try again; if it stays so, print it again."),
        ),
        Reading(
            label=_("White border"),
            is_good=inspection.quiet >= QUIET_ENOUGH,
            advice=_("Something covers or shades the white border. Keep it free all around: no tape, no frame, no writing."),
        ),
        Reading(
            label=_("Angle"),
            is_good=inspection.slant <= MOST_SLANT,
            advice=_("The code is seen from the side. Hang it where guests stand straight in front of it."),
        ),
    ]
