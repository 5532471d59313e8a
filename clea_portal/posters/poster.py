"""The description of a poster."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from clea_portal.posters.errors import BadCheckCode, BadValidity, TextTooLong, UnknownLanguage
from clea_portal.posters.names import clean_line, clean_name

LANGUAGES = ("fr", "en")
_CHECK_CODE = re.compile(r"[0-9A-Z]{6}")


class PosterKind(StrEnum):
    """What the code on the poster is for."""

    STATIC = "static"  # a permanent place, until the code is replaced
    ENTRANCE = "entrance"  # an event: scanned on arrival
    ASYNCHRONOUS = "asynchronous"  # an event: scanned at any time, counts for the time written in the code


@dataclass(frozen=True, kw_only=True)
class Poster:
    """What a poster says. Texts are cleaned on the way in (see `clean_name`).

    `valid_from` and `valid_until` carry the place's time zone and are printed as they stand. STATIC has neither; ENTRANCE has
    both, the span in which a scan counts; ASYNCHRONOUS has the time written in the code (`t_event`) and, when the length
    of the visit is known, its end. `renewal_days`: how often a STATIC code should be replaced, for the advice in small
    print. Raises a `BadPoster` that says what is wrong.
    """

    name: str = field(repr=False)
    deep_link: str = field(repr=False)
    check_code: str
    kind: PosterKind
    created_on: date
    language: str
    application_name: str
    application_purpose: str = ""
    application_site: str = ""
    renewal_days: int = 7
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", clean_name(self.name))
        for text, longest in (("application_name", 60), ("application_purpose", 120), ("application_site", 120)):
            cleaned = clean_line(getattr(self, text))
            if len(cleaned) > longest:
                raise TextTooLong
            object.__setattr__(self, text, cleaned)
        if not _CHECK_CODE.fullmatch(self.check_code):
            raise BadCheckCode
        if self.language not in LANGUAGES:
            raise UnknownLanguage
        self._check_validity()

    def _check_validity(self) -> None:
        moments = (self.valid_from, self.valid_until)
        if any(moment is not None and moment.tzinfo is None for moment in moments):
            raise BadValidity
        expected = {
            PosterKind.STATIC: (False, False),
            PosterKind.ENTRANCE: (True, True),
            PosterKind.ASYNCHRONOUS: (True, self.valid_until is not None),
        }[self.kind]
        if tuple(moment is not None for moment in moments) != expected:
            raise BadValidity
        if self.valid_from is not None and self.valid_until is not None and self.valid_until <= self.valid_from:
            raise BadValidity
