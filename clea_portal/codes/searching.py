"""Finding places by name. Names are encrypted, so they are compared here, over the person's own rows, and by no database."""

import unicodedata
from typing import Any, TypeVar

from django.db.models import QuerySet

Rows = TypeVar("Rows", bound=QuerySet[Any])

QUERY_LIMIT = 100


def folded(text: str) -> str:
    """Without capitals and accents, as people search."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in plain if not unicodedata.combining(character))


def matching(places: Rows, query: str) -> Rows:
    """Those in whose name, or their organisation's, each word of the query occurs. All of them for a query without words."""
    words = folded(query[:QUERY_LIMIT]).split()
    if not words:
        return places
    organisations = dict(places.order_by().values_list("organisation", "organisation__name").distinct())
    names = {pk: folded(name) for pk, name in organisations.items()}
    found = [
        pk
        for pk, name, organisation in places.order_by().values_list("pk", "name", "organisation")
        if all(word in f"{folded(name)}\n{names[organisation]}" for word in words)
    ]
    return places.filter(pk__in=found)
