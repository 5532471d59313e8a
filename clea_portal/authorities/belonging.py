"""To which country a row belongs, for the log of what administrators change."""

from django.db import models

from clea_portal.authorities.models import Country

# Paths from the rows that administrators change to their country, the shortest first.
_PATHS = ("country", "authority.country", "region.country", "team.region.country", "server.country", "key.authority.country")


def country_code_of(row: models.Model) -> str:
    """The ISO code of the country that the row is, or belongs to; empty where it belongs to none, as people do."""
    if isinstance(row, Country):
        return row.code
    for path in _PATHS:
        found: object = row
        for name in path.split("."):
            found = getattr(found, name, None)
        if isinstance(found, Country):
            return found.code
    return ""
