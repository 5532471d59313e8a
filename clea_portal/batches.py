"""Reading many rows, some at a time."""

from collections.abc import Iterator
from typing import TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def in_batches(rows: QuerySet[Row], *, size: int) -> Iterator[Row]:
    """All of them in the order of their keys, a query for each batch: between two batches nothing is open.

    With ``iterator()``, SQLite keeps showing the moment of the first row as long as the loop lasts, and whoever writes meanwhile,
    as a job does when it reports, is refused once somebody else has written: "database is locked".
    """
    ordered, last = rows.order_by("pk"), None
    while batch := list((ordered if last is None else ordered.filter(pk__gt=last))[:size]):
        yield from batch
        if len(batch) < size:
            return
        last = batch[-1].pk
