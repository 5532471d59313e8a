"""What commands about a country share."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import translation

from clea_portal.accounts.errors import Refused
from clea_portal.authorities.models import Country
from clea_portal.codes.management.code_request import read_text
from clea_portal.codes.management.operator_command import OperatorCommand


class CountryCommand(OperatorCommand):
    """Says in English what was refused, whatever the portal's own language."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("country", metavar="COUNTRY", help="ISO code of the country: FR")

    def answer(self, **options: Any) -> dict[str, Any]:
        code = options.pop("country")
        country = Country.objects.filter(code=code).first()
        if country is None:
            raise CommandError(f"There is no country {code[:10]!r}. Add it first.")
        try:
            with translation.override("en"):
                return self.act(country, **options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None

    def act(self, country: Country, **options: Any) -> dict[str, Any]:
        """What goes out as JSON. May raise Refused and CommandError."""
        raise NotImplementedError


def read_rows(file: str, name: str, kinds: dict[str, type]) -> list[dict[str, Any]]:
    """The objects of the list that an object in the file has under ``name``, each with these keys and no other.

    Raises CommandError.
    """
    try:
        document = json.loads(read_text(file))
    except (ValueError, RecursionError):
        raise CommandError("This is not JSON.") from None
    rows = document.get(name) if isinstance(document, dict) and set(document) == {name} else None
    if not isinstance(rows, list):
        raise CommandError(f'The JSON must be an object with one list: {{"{name}": [...]}}')
    for place, row in enumerate(rows):
        # Not isinstance: true and false would pass for numbers.
        if not isinstance(row, dict) or {key: type(value) for key, value in row.items()} != kinds:
            wanted = ", ".join(f"{key} ({kind.__name__})" for key, kind in kinds.items())
            raise CommandError(f"{name}[{place}]: must be an object with {wanted}")
    return rows
