"""The paper register: sheets on which visitors without a phone write their names, carrying the day's check code."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, BinaryIO

from django.template.loader import render_to_string
from django.utils.text import capfirst

from clea_portal.posters.colours import DEFAULT_ACCENT, clean_accent
from clea_portal.posters.names import clean_line, clean_name, is_right_to_left, one_line
from clea_portal.posters.poster import check_languages
from clea_portal.posters.sheets import Sheet
from clea_portal.posters.styles import paper_style
from clea_portal.posters.typesetting import write_sheets
from clea_portal.posters.words import Words, words

ROWS = 20
COLUMNS = ("name", "phone", "arrival", "departure")
LONGEST_NOTICE = 800


@dataclass(frozen=True, kw_only=True)
class RegisterDay:
    """A day of a place. Without `day`, the sheet has a line to write it on. `pages`: sheets for the day, numbered."""

    name: str = field(repr=False)
    day: date | None = None
    check_code: str = ""
    place_label: str = field(default="", repr=False)
    pages: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", clean_name(self.name))
        object.__setattr__(self, "place_label", clean_line(self.place_label))


@dataclass(frozen=True, kw_only=True)
class Register:
    """What all sheets have in common. `retention_days`: when they are destroyed.

    `notice`: the country's own words on purpose, retention and who may ask for the sheets, instead of the usual ones; at most
    800 characters are printed. Raises UnknownLanguage, BadLanguages, BadColour, AccentTooPale.
    """

    languages: tuple[str, ...]
    retention_days: int
    notice: str = ""
    authority: str = ""
    accent: str = DEFAULT_ACCENT

    def __post_init__(self) -> None:
        check_languages(self.languages)
        object.__setattr__(self, "notice", clean_line(self.notice)[:LONGEST_NOTICE])
        object.__setattr__(self, "authority", clean_line(self.authority))
        object.__setattr__(self, "accent", clean_accent(self.accent))


def compose_register(days: Sequence[RegisterDay], *, register: Register) -> Iterator[Sheet]:
    """The sheets in the order of the days."""
    for day in days:
        for page in range(1, day.pages + 1):
            yield _sheet(day, register, page)


def count_register(days: Sequence[RegisterDay]) -> int:
    return sum(day.pages for day in days)


def write_register(
    days: Sequence[RegisterDay],
    file: BinaryIO,
    *,
    register: Register,
    created_on: date,
    report: Callable[[int, int], None] | None = None,
) -> None:
    """The sheets as one PDF/UA-1. Raises NameTooLong, TooManyPages."""
    said = words(register.languages[0])
    write_sheets(
        compose_register(days, register=register),
        file,
        total=count_register(days),
        title=f"{said.say('Register of visitors')}: {one_line(days[0].name)}",
        language=register.languages[0],
        created_on=created_on,
        report=report,
    )


def _sheet(day: RegisterDay, register: Register, page: int) -> Sheet:
    speakers = [words(language) for language in register.languages]
    context = {
        "direction": speakers[0].direction,
        "authority": register.authority,
        "name": day.name,
        "name_direction": "rtl" if is_right_to_left(day.name) else "ltr",
        "place_label": day.place_label,
        "check_code": f"{day.check_code[:3]} {day.check_code[3:]}".strip(),
        "columns": [{"name": name, "headings": [_heading(said, name) for said in speakers]} for name in COLUMNS],
        "rows": range((page - 1) * ROWS + 1, page * ROWS + 1),
        "languages": [_page(said, day, register, page, is_first=said is speakers[0]) for said in speakers],
    }
    first = speakers[0]
    return Sheet(
        bodies=(render_to_string("posters/register.html", context),),
        style=paper_style(register.accent),
        title=f"{first.say('Register of visitors')}: {first.plain_day(day.day) if day.day else one_line(day.name)}",
        language=register.languages[0],
    )


def _page(said: Words, day: RegisterDay, register: Register, page: int, *, is_first: bool) -> dict[str, Any]:
    usual = said.say_number(
        "Why we ask: if somebody who was here turns out to be infected, the health authority can call you. This sheet is kept "
        "for %(days)s day, then destroyed. Only the health authority may ask for it, and it is used for nothing else.",
        "Why we ask: if somebody who was here turns out to be infected, the health authority can call you. This sheet is kept "
        "for %(days)s days, then destroyed. Only the health authority may ask for it, and it is used for nothing else.",
        register.retention_days,
        days=register.retention_days,
    )
    own = register.notice if is_first else ""
    end = day.day + timedelta(days=register.retention_days) if day.day else None
    return {
        "language": said.language,
        "direction": said.direction,
        "title": said.say("Register of visitors"),
        "check_code": said.say("Check code"),
        "day": capfirst(said.day(day.day)) if day.day else "",
        "date": said.say("Date:"),
        "notice": own if register.notice else usual,
        "destroy": said.say("To destroy on %(day)s", day=said.plain_day(end)) if end else "",
        "keep": said.say("Take a new sheet for every day. Keep the sheets where visitors cannot read them."),
        "number": said.say("Page %(page)s of %(pages)s", page=page, pages=day.pages) if day.pages > 1 else "",
    }


def _heading(said: Words, column: str) -> dict[str, str]:
    text = {
        "name": said.say("Name"),
        "phone": said.say("Phone"),
        "arrival": said.say("Arrival"),
        "departure": said.say("Departure"),
    }[column]
    return {"language": said.language, "direction": said.direction, "text": text}
