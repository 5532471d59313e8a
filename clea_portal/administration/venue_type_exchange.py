"""A country's types of place and categories as JSON: what goes out comes in again, here or in another portal."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clea_portal.accounts.models import User
from clea_portal.administration.venue_types import (
    HIGHEST_CATEGORY,
    HIGHEST_TYPE,
    add_category,
    add_type,
    change_labels,
)
from clea_portal.authorities.france import VENUE_CATEGORIES, VENUE_TYPES
from clea_portal.authorities.models import Country
from clea_portal.posters.names import clean_line

MOST_BYTES = 64 * 1024
LABEL_LIMIT, LETTERS_LIMIT = 120, 4
TYPES, CATEGORIES = "venue_types", "venue_categories"


class BadList(ValueError):
    """``str()`` of it says, in the person's language, what is wrong and where."""


@dataclass(frozen=True, kw_only=True)
class Put:
    added: int
    changed: int


def exported(country: Country) -> dict[str, Any]:
    """In the order of the list."""
    return {
        TYPES: [
            {
                "number": row.number,
                "letters": row.letters,
                "label_fr": row.label_fr,
                "label_en": row.label_en,
                "retired": row.retired,
            }
            for row in country.venue_types.order_by("position", "number")
        ],
        CATEGORIES: [
            {
                "level": row.level,
                "number": row.number,
                "label_fr": row.label_fr,
                "label_en": row.label_en,
                "retired": row.retired,
            }
            for row in country.venue_categories.order_by("level", "number")
        ],
    }


def ready_made() -> dict[str, Any]:
    """France's."""
    types = [
        {"number": number, "letters": letters, "label_fr": french, "label_en": english}
        for number, letters, french, english in VENUE_TYPES
    ]
    categories = [
        {"level": level, "number": number, "label_fr": french, "label_en": english}
        for level, number, french, english in VENUE_CATEGORIES
    ]
    return read({TYPES: types, CATEGORIES: categories})


def read_text(text: str) -> dict[str, Any]:
    """Raises BadList."""
    if len(text.encode()) > MOST_BYTES:
        raise BadList(_("This list has more than %(kilobytes)s kB.") % {"kilobytes": MOST_BYTES // 1024})
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise BadList(_("This is not JSON. Take the file that another portal exported.")) from None
    return read(document)


def read(document: Any) -> dict[str, Any]:
    """Every row complete and within its bounds, each number once. Raises BadList."""
    if not isinstance(document, dict) or not document.keys() <= {TYPES, CATEGORIES} or not document:
        raise BadList(_("The list must be an object with “venue_types”, “venue_categories”, or both."))
    types = [_row(row, where=f"{TYPES}[{place}]", highest=HIGHEST_TYPE) for place, row in _rows(document, TYPES)]
    categories = [
        _row(row, where=f"{CATEGORIES}[{place}]", highest=HIGHEST_CATEGORY, has_level=True)
        for place, row in _rows(document, CATEGORIES)
    ]
    _once([row["number"] for row in types], TYPES)
    _once([(row["level"], row["number"]) for row in categories], CATEGORIES)
    return {TYPES: types, CATEGORIES: categories}


@transaction.atomic
def put_venue_types(country: Country, *, by: User | None, document: Mapping[str, Any]) -> Put:
    """Have what a document says that was ``read``, in its order; what it does not name stays, after it."""
    Country.objects.select_for_update().get(pk=country.pk)
    types = {row.number: row for row in country.venue_types.order_by("position", "number")}
    categories = {(row.level, row.number): row for row in country.venue_categories.all()}
    added = changed = 0
    for row in document[TYPES]:
        labels = {name: value for name, value in row.items() if name not in ("number", "retired")}
        if row["number"] not in types:
            types[row["number"]] = add_type(country, by=by, number=row["number"], **labels)
            added += 1
            change_labels(types[row["number"]], by=by, retired=row["retired"])
        else:
            changed += change_labels(types[row["number"]], by=by, retired=row["retired"], **labels)
    order = [row["number"] for row in document[TYPES]]
    order += [number for number in types if number not in set(order)]
    for position, number in enumerate(order if document[TYPES] else []):
        change_labels(types[number], by=by, position=position)
    for row in document[CATEGORIES]:
        key = (row["level"], row["number"])
        labels = {"label_fr": row["label_fr"], "label_en": row["label_en"]}
        if key not in categories:
            categories[key] = add_category(country, by=by, level=key[0], number=key[1], **labels)
            added += 1
            change_labels(categories[key], by=by, retired=row["retired"])
        else:
            changed += change_labels(categories[key], by=by, retired=row["retired"], **labels)
    return Put(added=added, changed=changed)


def _rows(document: dict[str, Any], name: str) -> Sequence[tuple[int, Any]]:
    rows = document.get(name, [])
    if not isinstance(rows, list):
        raise BadList(_("“%(where)s” must be a list.") % {"where": name})
    return list(enumerate(rows))


def _row(row: Any, *, where: str, highest: int, has_level: bool = False) -> dict[str, Any]:
    known = {"number", "label_fr", "label_en", "retired", "level" if has_level else "letters"}
    if not isinstance(row, dict) or not row.keys() <= known:
        raise BadList(_("%(where)s must be an object with %(keys)s.") % {"where": where, "keys": ", ".join(sorted(known))})
    found: dict[str, Any] = {"number": _whole(row.get("number"), where=f"{where}.number", lowest=0, highest=highest)}
    if has_level:
        found["level"] = _whole(row.get("level"), where=f"{where}.level", lowest=1, highest=2)
    else:
        found["letters"] = _text(row.get("letters", ""), where=f"{where}.letters", limit=LETTERS_LIMIT, may_be_empty=True)
    for name in ("label_fr", "label_en"):
        found[name] = _text(row.get(name), where=f"{where}.{name}", limit=LABEL_LIMIT)
    found["retired"] = row.get("retired", False)
    if not isinstance(found["retired"], bool):
        raise BadList(_("%(where)s must be true or false.") % {"where": f"{where}.retired"})
    return found


def _whole(value: Any, *, where: str, lowest: int, highest: int) -> int:
    if type(value) is not int or not lowest <= value <= highest:
        message = _("%(where)s must be a whole number from %(lowest)s to %(highest)s.")
        raise BadList(message % {"where": where, "lowest": lowest, "highest": highest})
    return value


def _text(value: Any, *, where: str, limit: int, may_be_empty: bool = False) -> str:
    text = clean_line(value) if isinstance(value, str) else ""
    if not isinstance(value, str) or len(text) > limit or not (text or may_be_empty):
        raise BadList(_("%(where)s must be a text of %(limit)s characters at most.") % {"where": where, "limit": limit})
    return text


def _once(keys: list[Any], where: str) -> None:
    if len(set(keys)) < len(keys):
        raise BadList(_("A number stands twice in “%(where)s”.") % {"where": where})
