"""Pages of a long list by keyset: each costs the same, however far back it is and however many rows there are.

A selection comes in parts (regions, states), each of which an index has in order: the database takes the first rows of each
part and merges them, where one condition over all parts would have it sort every row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core import signing
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, Q, QuerySet

_SALT = "clea_portal.paging"
MOST_COUNTED = 1000
_Sql = tuple[str, tuple[Any, ...]]
_NOTHING: _Sql = ("SELECT 1 WHERE 1 = 0", ())


@dataclass(frozen=True, kw_only=True)
class Order:
    """``name`` stands in the address; ``kind`` is how its values come back from there."""

    name: str
    field: str
    descending: bool
    kind: type[date] = datetime

    def beyond(self, value: date, pk: int, *, back: bool) -> Q:
        """Rows after this one, or before it. The first condition is the one that an index serves."""
        then = "lt" if self.descending != back else "gt"
        same_or_beyond = Q(**{f"{self.field}__{then}e": value})
        return same_or_beyond & (Q(**{f"{self.field}__{then}": value}) | Q(**{f"pk__{then}": pk}))


@dataclass(frozen=True, kw_only=True)
class Page:
    """``previous`` and ``next``: what stands in the addresses of the pages before and after, empty where there is none."""

    rows: list[Any]
    previous: str
    next: str


def read_page(parts: Sequence[QuerySet[Any]], *, rows: QuerySet[Any], order: Order, after: str, before: str, size: int) -> Page:
    """The page after or before a place, else the first one. ``rows``: where the rows are read from, once they are known.

    What is no place in this order is passed over: addresses may be old, cut off, or made up.
    """
    place, back = _opened(before, order), True
    if place is None:
        place, back = _opened(after, order), False
    if place is not None:
        parts = [part.filter(order.beyond(*place, back=back)) for part in parts]
    ids = _first_ids(parts, field=order.field, descending=order.descending != back, limit=size + 1)
    more, ids = len(ids) > size, ids[:size]
    found = rows.in_bulk(ids)
    shown = [found[pk] for pk in (reversed(ids) if back else ids) if pk in found]
    has_previous, has_next = (more, True) if back else (place is not None, more)
    return Page(
        rows=shown,
        previous=_closed(shown[0], order) if shown and has_previous else "",
        next=_closed(shown[-1], order) if shown and has_next else "",
    )


def newest(selections: Sequence[Sequence[QuerySet[Any]]], *, by: str, limit: int) -> list[list[int]]:
    """The highest values of a whole number's column in each selection, which comes in parts. One query."""
    found: list[list[int]] = [[] for _ in selections]
    several = []
    for number, parts in enumerate(selections):
        highest = [part.order_by(f"-{by}").values_list(by)[:limit] for part in parts]
        merged = _merged(highest, f"1 DESC LIMIT {limit:d}")
        if merged != _NOTHING:
            several.append((f"SELECT {number:d}, merged.* FROM ({merged[0]}) AS merged", merged[1]))  # noqa: S608 - Django's own text
    for number, value in _rows(*_together(several, "1, 2 DESC")) if several else ():
        found[number].append(value)
    return found


def count_all(selections: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """How many rows each selection has, in one query; counting ends one after MOST_COUNTED."""
    sql = [_compiled(rows.order_by().values_list("pk")[: MOST_COUNTED + 1]) for rows in selections.values()]
    columns = ", ".join(
        f"(SELECT COUNT(*) FROM ({text}) AS counted)"  # noqa: S608 - Django's own text
        for text, _ in sql
    )
    counted = _rows(f"SELECT {columns}", [word for _, words in sql for word in words])[0]
    return dict(zip(selections, counted, strict=True))


def _first_ids(parts: Sequence[QuerySet[Any]], *, field: str, descending: bool, limit: int) -> list[int]:
    sign, way = ("-", "DESC") if descending else ("", "ASC")
    ordered = [part.order_by(f"{sign}{field}", f"{sign}pk").values_list(field, "pk")[:limit] for part in parts]
    return [row[1] for row in _rows(*_merged(ordered, f"1 {way}, 2 {way} LIMIT {limit:d}"))] if parts else []


def _merged(parts: Sequence[QuerySet[Any, Any]], ordered: str) -> _Sql:
    """Parts that cannot have rows, such as those among no numbers, are left out."""
    sql = [part for part in map(_compiled, parts) if part != _NOTHING]
    framed = [(f"SELECT part.* FROM ({text}) AS part", words) for text, words in sql]  # noqa: S608 - Django's own text
    return _together(framed, ordered) if framed else _NOTHING


def _together(several: Sequence[_Sql], ordered: str) -> _Sql:
    text = " UNION ALL ".join(text for text, _ in several)
    return f"{text} ORDER BY {ordered}", tuple(word for _, words in several for word in words)


def _compiled(rows: QuerySet[Any, Any]) -> _Sql:
    try:
        text, words = rows.query.sql_with_params()
    except EmptyResultSet:
        return _NOTHING
    return text, tuple(words)


def _rows(text: str, words: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, words)
        return list(cursor.fetchall())


def _closed(row: Model, order: Order) -> str:
    return signing.dumps([order.name, getattr(row, order.field).isoformat(), row.pk], salt=_SALT)


def _opened(place: str, order: Order) -> tuple[date, int] | None:
    try:
        name, value, pk = signing.loads(place, salt=_SALT)
        return (order.kind.fromisoformat(value), pk) if name == order.name else None
    except (signing.BadSignature, ValueError, TypeError):
        return None
