"""Many venues from one list (CSV): each row understood or named with its line, and then all of them made, or none."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clea_portal.accounts.models import Organisation, User
from clea_portal.authorities.models import Country
from clea_portal.codes.checking import checked_name, checked_phone, checked_pin
from clea_portal.codes.contacts import propose_pin
from clea_portal.codes.places import PlaceDetails
from clea_portal.codes.searching import folded
from venues.managing import open_venue
from venues.models import Venue

MOST_ROWS = 1000
MOST_CHARACTERS = 500_000
MOST_BYTES = 1024 * 1024
# Names of columns as people write them, folded.
COLUMNS = {
    "name": {"name", "nom", "venue", "lieu"},
    "type": {"type", "type of place", "type de lieu"},
    "region": {"region", "departement", "department"},
    "phone": {"phone", "telephone", "tel"},
    "pin": {"pin", "code pin"},
    "capacity": {"capacity", "capacite"},
    "area": {"area", "floor area", "surface"},
}
_CELL_LIMIT = 500
# What our own export writes before a text that a spreadsheet would take for a formula.
_PROTECTED = re.compile(r"'(?=[=+\-@\t\r])")


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """``line`` counts from 1, as spreadsheets do; ``sentence`` in the person's language."""

    line: int
    sentence: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Understood:
    """``rows``: line and details of each venue that can be made."""

    rows: tuple[tuple[int, PlaceDetails], ...] = field(repr=False)
    mistakes: tuple[Mistake, ...]

    @property
    def is_complete(self) -> bool:
        return bool(self.rows) and not self.mistakes


def understand(text: str, *, country: Country) -> Understood:
    """What a list says. Its first line names the columns: a name, a type of place and a region; where there is contact tracing
    also a phone, and a PIN, which is proposed where none stands.
    """
    if len(text) > MOST_CHARACTERS:
        message = _("This list has more than %(number)s characters. Divide it into several.") % {"number": MOST_CHARACTERS}
        return Understood(rows=(), mistakes=(Mistake(line=1, sentence=message),))
    try:
        lines = list(_lines(text))
    except csv.Error:
        message = _("The quotes in this list do not match. Save it again as CSV.")
        return Understood(rows=(), mistakes=(Mistake(line=1, sentence=message),))
    if len(lines) - 1 > MOST_ROWS:
        message = _("This list has more than %(number)s venues. Divide it into several.") % {"number": MOST_ROWS}
        return Understood(rows=(), mistakes=(Mistake(line=lines[MOST_ROWS + 1][0], sentence=message),))
    columns, missing = _columns(lines[0][1] if lines else [], country)
    if missing:
        message = _("The first line must name the columns. Missing: %(columns)s.") % {"columns": ", ".join(missing)}
        return Understood(rows=(), mistakes=(Mistake(line=1, sentence=message),))
    reader = _Reader(country)
    rows: list[tuple[int, PlaceDetails]] = []
    mistakes: list[Mistake] = []
    for line, cells in lines[1:]:
        values = {name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()}
        details, sentences = reader.read(values)
        mistakes += [Mistake(line=line, sentence=sentence) for sentence in sentences]
        if details is not None:
            rows.append((line, details))
    if not lines[1:]:
        mistakes.append(Mistake(line=1, sentence=_("Below the names of the columns stands no venue.")))
    return Understood(rows=tuple(rows), mistakes=tuple(mistakes))


@transaction.atomic
def import_venues(
    *, rows: Sequence[tuple[int, PlaceDetails]], batch: UUID, organisation: Organisation, by: User, now: datetime
) -> list[Venue]:
    """All of them with their codes, or none. Raises NoKey, WrongCountry.

    Made once: again with the same ``batch``, by a second click or a worker that takes over, it gives the venues of then.
    """
    uuids = [uuid5(batch, str(line)) for line, _details in rows]
    if there := list(Venue.objects.filter(organisation=organisation, uuid__in=uuids)):
        return there
    return [
        open_venue(by=by, organisation=organisation, details=details, now=now, uuid=uuid)
        for (_line, details), uuid in zip(rows, uuids, strict=True)
    ]


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows that are not empty. The separator is the one that the first line has most of."""
    text = text.removeprefix("\ufeff")
    first = text.split("\n", 1)[0]
    separator = max(";\t,", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    start = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield start, [_PROTECTED.sub("", cell[:_CELL_LIMIT]) for cell in cells]
        start = reader.line_num + 1


def _columns(heading: list[str], country: Country) -> tuple[dict[str, int], list[str]]:
    """Where each column stands, and those that are missing."""
    found: dict[str, int] = {}
    for place, cell in enumerate(heading):
        for name, spellings in COLUMNS.items():
            if folded(cell).strip() in spellings:
                found.setdefault(name, place)
    needed = {"name": _("name"), "type": _("type"), "region": _("region")}
    if country.has_tracing:
        needed["phone"] = _("phone")
    return found, [label for name, label in needed.items() if name not in found]


class _Reader:
    """Reads rows of one country; its choices are looked up once."""

    def __init__(self, country: Country) -> None:
        self.country = country
        self.types: dict[str, Any] = {}
        for kind in country.venue_types.filter(retired=False):
            self.types |= {folded(text): kind for text in (str(kind.number), kind.letters, kind.label_fr, kind.label_en) if text}
        self.regions: dict[str, Any] = {}
        for region in country.regions.select_related("country"):
            self.regions |= {folded(text): region for text in (str(region.number), region.name, str(region))}
        self.categories: dict[tuple[int, str], int] = {}
        for row in country.venue_categories.filter(retired=False):
            self.categories |= {(row.level, folded(text)): row.number for text in (str(row.number), row.label_fr, row.label_en)}

    def read(self, values: dict[str, str]) -> tuple[PlaceDetails | None, list[str]]:
        """The details, or what is wrong with them."""
        wrong: list[str] = []
        found: dict[str, Any] = {}
        self._take(found, wrong, "name", lambda: checked_name(values["name"]))
        self._take(found, wrong, "venue_type", lambda: self._choice(self.types, values["type"], _("type")))
        self._take(found, wrong, "region", lambda: self._choice(self.regions, values["region"], _("region")))
        for level, name, label in ((1, "capacity", _("capacity")), (2, "area", _("floor area"))):
            self._take(found, wrong, f"venue_category{level}", lambda: self._category(level, values.get(name, ""), label))  # noqa: B023 - called at once
        if self.country.has_tracing:
            self._take(found, wrong, "phone", lambda: checked_phone(values["phone"], country=self.country.code))
            pin = values.get("pin", "")
            self._take(found, wrong, "pin", lambda: checked_pin(pin) if pin else propose_pin())
        return (None, wrong) if wrong else (PlaceDetails(**found), [])

    def _take(self, found: dict[str, Any], wrong: list[str], name: str, check: Callable[[], Any]) -> None:
        try:
            found[name] = check()
        except ValidationError as error:
            wrong += error.messages

    def _choice(self, choices: dict[str, Any], text: str, label: str) -> Any:
        chosen = choices.get(folded(text).strip())
        if chosen is None:
            raise ValidationError(_("There is no %(column)s “%(text)s”."), params={"column": label, "text": text[:40]})
        return chosen

    def _category(self, level: int, text: str, label: str) -> int:
        # What our own export writes where nobody said.
        if text in ("", "0"):
            return 0
        number = self.categories.get((level, folded(text).strip()))
        if number is None:
            raise ValidationError(_("There is no %(column)s “%(text)s”."), params={"column": label, "text": text[:40]})
        return number
