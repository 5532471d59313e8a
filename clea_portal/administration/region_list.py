"""Regions from a list that somebody pasted or uploaded: each line understood, or named with what is wrong."""

import csv
import io
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from clea_portal.administration.regions import NAME_LIMIT, number_of
from clea_portal.authorities.models import Country
from clea_portal.posters.names import clean_line

MOST_CHARACTERS = 50_000
MOST_BYTES = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """``line`` counts from 1; ``sentence`` in the person's language."""

    line: int
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """``was``: the name that the region has now; "" for a new one."""

    line: int
    number: int
    name: str
    was: str

    @property
    def is_new(self) -> bool:
        return not self.was

    @property
    def is_renamed(self) -> bool:
        return bool(self.was) and self.was != self.name


@dataclass(frozen=True, kw_only=True)
class Understood:
    rows: tuple[Row, ...] = ()
    mistakes: tuple[Mistake, ...] = field(default=())

    @property
    def is_complete(self) -> bool:
        return bool(self.rows) and not self.mistakes

    @property
    def names(self) -> dict[int, str]:
        return {row.number: row.name for row in self.rows}


def understand(text: str, *, country: Country) -> Understood:
    """A number and a name a line, with a comma, semicolon or tab between; a first line without any number is a heading."""
    text = text.removeprefix("\ufeff")
    separator = max(";\t,", key=text.split("\n", 1)[0].count)
    known = {region.number: region.name for region in country.regions.all()}
    rows: dict[int, Row] = {}
    mistakes: list[Mistake] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for place, cells in enumerate(reader):
            if not any(cell.strip() for cell in cells):
                continue
            if place == 0 and not any(character.isdigit() for character in "".join(cells)):
                continue
            line = reader.line_num
            number, name = number_of(cells[0], country=country), clean_line(cells[1]) if len(cells) > 1 else ""
            if wrong := _wrong(cells, number, name, rows, country):
                mistakes.append(Mistake(line=line, sentence=wrong))
            elif number is not None:
                rows[number] = Row(line=line, number=number, name=name, was=known.get(number, ""))
    except csv.Error:
        mistakes.append(Mistake(line=reader.line_num, sentence=_("The quotes in this list do not match. Save it again as CSV.")))
    if not rows and not mistakes:
        mistakes.append(Mistake(line=1, sentence=_("No region stands here. Write a number and a name a line.")))
    return Understood(rows=tuple(sorted(rows.values(), key=lambda row: row.number)), mistakes=tuple(mistakes))


def _wrong(cells: list[str], number: int | None, name: str, rows: dict[int, Row], country: Country) -> str:
    """What is wrong with a line; "" if nothing is."""
    if number is None:
        given = clean_line(cells[0])[:20]
        if country.code == "FR":
            return _("“%(given)s” is no department, nor a number from 0 to 255.") % {"given": given}
        return _("“%(given)s” is no number from 0 to 255.") % {"given": given}
    if not name or (len(cells) > 2 and any(cell.strip() for cell in cells[2:])):
        return _("Write a number and a name, with a comma, a semicolon or a tab between.")
    if len(name) > NAME_LIMIT:
        return _("This name has more than %(limit)s characters. Shorten it.") % {"limit": NAME_LIMIT}
    if number in rows:
        return _("Number %(number)s stands in line %(line)s already.") % {"number": number, "line": rows[number].line}
    return ""
