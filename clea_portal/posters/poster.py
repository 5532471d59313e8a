"""The description of a poster."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from clea_portal.posters.colours import DEFAULT_ACCENT, clean_accent
from clea_portal.posters.errors import (
    AuthorityTooLong,
    BadCheckCode,
    BadLanguages,
    BadPoster,
    BadValidity,
    LabelTooLong,
    TextTooLong,
    UnknownLanguage,
)
from clea_portal.posters.logos import Logo
from clea_portal.posters.names import clean_line, clean_name

LANGUAGES = ("fr", "en", "de", "es", "it", "nl", "pt", "ar")
_CHECK_CODE = re.compile(r"[0-9A-Z]{6}")
_LONGEST: dict[str, tuple[int, type[BadPoster]]] = {
    "application_name": (60, TextTooLong),
    "application_purpose": (120, TextTooLong),
    "application_site": (120, TextTooLong),
    "place_label": (80, LabelTooLong),
    "authority": (120, AuthorityTooLong),
}


class PosterKind(StrEnum):
    """What the code on the poster is for."""

    STATIC = "static"  # a permanent place, until the code is replaced
    DATED = "dated"  # a permanent place: the code of one day or service
    ENTRANCE = "entrance"  # an event: scanned on arrival
    ASYNCHRONOUS = "asynchronous"  # an event: scanned at any time, counts for the time written in the code
    STAFF = "staff"  # those who work there, for a limited time


def check_languages(languages: Sequence[str]) -> None:
    """Raises UnknownLanguage, and BadLanguages unless they are one or two different ones."""
    if not set(languages) <= set(LANGUAGES):
        raise UnknownLanguage
    if len(languages) not in (1, 2) or len(set(languages)) != len(languages):
        raise BadLanguages


@dataclass(frozen=True, kw_only=True)
class Poster:
    """What a poster says. Texts are cleaned on the way in (see `clean_name`).

    `place_label`: the room, table or seat, printed under the name. `languages`: one or two; the second is printed smaller.
    `authority`: a line of its own at the top. `staff`: marked as private, not for visitors; always so for STAFF.
    `accent`: `#rrggbb`, readable on white.

    `valid_from` and `valid_until` carry the place's time zone and are printed as they stand. STATIC has neither; DATED,
    ENTRANCE and STAFF have both, the span in which a scan counts; ASYNCHRONOUS has the time written in the code (`t_event`)
    and, when the length of the visit is known, its end. `renewal_days`: how often a STATIC code should be replaced, for the
    advice in small print. Raises a `BadPoster` that says what is wrong.
    """

    name: str = field(repr=False)
    deep_link: str = field(repr=False)
    check_code: str
    kind: PosterKind
    created_on: date
    languages: tuple[str, ...]
    application_name: str
    place_label: str = field(default="", repr=False)
    application_purpose: str = ""
    application_site: str = ""
    authority: str = ""
    renewal_days: int = 7
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    large_print: bool = False
    logo: Logo | None = field(default=None, repr=False)
    accent: str = DEFAULT_ACCENT
    staff: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", clean_name(self.name))
        for text, (longest, error) in _LONGEST.items():
            cleaned = clean_line(getattr(self, text))
            if len(cleaned) > longest:
                raise error
            object.__setattr__(self, text, cleaned)
        if not _CHECK_CODE.fullmatch(self.check_code):
            raise BadCheckCode
        check_languages(self.languages)
        object.__setattr__(self, "languages", tuple(self.languages))
        object.__setattr__(self, "accent", clean_accent(self.accent))
        object.__setattr__(self, "staff", self.staff or self.kind is PosterKind.STAFF)
        self._check_validity()

    @property
    def language(self) -> str:
        """The first of its languages: that of the file as a whole."""
        return self.languages[0]

    def _check_validity(self) -> None:
        moments = (self.valid_from, self.valid_until)
        if any(moment is not None and moment.tzinfo is None for moment in moments):
            raise BadValidity
        expected = {
            PosterKind.STATIC: (False, False),
            PosterKind.ASYNCHRONOUS: (True, self.valid_until is not None),
        }.get(self.kind, (True, True))
        if tuple(moment is not None for moment in moments) != expected:
            raise BadValidity
        if self.valid_from is not None and self.valid_until is not None and self.valid_until <= self.valid_from:
            raise BadValidity
