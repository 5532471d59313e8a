"""What a list of types of place and categories would change, line by line, before it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from clea_portal.administration.venue_type_exchange import CATEGORIES, TYPES
from clea_portal.authorities.models import Country, VenueCategory, VenueType


@dataclass(frozen=True, kw_only=True)
class Line:
    """``changes``: what becomes different of a row that is there, as (name, before, after)."""

    kind: str
    number: int
    label: str
    is_new: bool
    changes: list[tuple[str, str, str]]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """``kept``: how many rows are there that the list does not name. ``reorders``: whether types come in another order."""

    lines: list[Line]
    kept: int
    reorders: bool

    @property
    def changes_something(self) -> bool:
        return self.reorders or any(line.is_new or line.changes for line in self.lines)


def preview(country: Country, document: Mapping[str, Any]) -> Preview:
    """Of a document that was ``read``; what `put_venue_types` does with it."""
    types = {row.number: row for row in country.venue_types.order_by("position", "number")}
    categories = {(row.level, row.number): row for row in country.venue_categories.all()}
    lines = [_line(_("Type of place"), row, types.get(row["number"])) for row in document[TYPES]]
    kinds = {1: _("Category 1: capacity"), 2: _("Category 2: floor area")}
    lines += [_line(kinds[row["level"]], row, categories.get((row["level"], row["number"]))) for row in document[CATEGORIES]]
    named = [row["number"] for row in document[TYPES]]
    after = [number for number in named if number in types] + [number for number in types if number not in set(named)]
    known = sum(not line.is_new for line in lines)
    return Preview(lines=lines, kept=len(types) + len(categories) - known, reorders=bool(named) and after != list(types))


def _line(kind: str, row: Mapping[str, Any], there: VenueType | VenueCategory | None) -> Line:
    changes = []
    if there is not None:
        names = {
            "letters": _("Letters"),
            "label_fr": _("Label in French"),
            "label_en": _("Label in English"),
            "retired": _("Offered to new places"),
        }
        for name, words in names.items():
            if name in row and row[name] != getattr(there, name):
                changes.append((words, _shown(getattr(there, name)), _shown(row[name])))
    return Line(
        kind=kind,
        number=row["number"],
        label=f"{row['label_fr']} / {row['label_en']}",
        is_new=there is None,
        changes=changes,
    )


def _shown(value: str | bool) -> str:
    if isinstance(value, bool):
        return _("no") if value else _("yes")
    return value or "–"
