"""What venues and events each know of making codes without writing anything down; settings.KEEPERS names them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from clea_portal.authorities.models import Country
from clea_portal.codes.forms import PlaceForm
from clea_portal.codes.keeping.sheet import KeptCode
from clea_portal.codes.models import Place
from clea_portal.codes.printing.subjects import PrintableCode


class BadTimes(ValueError):
    """No code can be made for these times. ``args[0]``: a sentence."""


class Keeper(Protocol):
    """Its places and codes are rows that are never saved."""

    def form(self, data: Any, *, country: Country, initial: dict[str, Any] | None = None) -> PlaceForm: ...

    def place(self, form: PlaceForm) -> Place:
        """What a valid form says."""

    def more(self, place: Place) -> dict[str, Any]:
        """What the recovery sheet needs beside the fields of every place, as JSON takes it."""

    def place_again(self, common: dict[str, Any], extra: dict[str, Any], *, country: Country) -> Place:
        """From the fields that every place has, and ``extra``. May raise LookupError, ValueError, TypeError."""

    def issue(self, place: Place, *, sk_l: str, now: datetime) -> list[KeptCode]:
        """Raises NoKey, BadTimes."""

    def printables(self, place: Place, codes: Sequence[KeptCode], *, created_at: datetime) -> list[PrintableCode]: ...


def keeper(kind: str) -> Keeper:
    """Raises LookupError."""
    made: Keeper = import_string(settings.KEEPERS[kind])()
    return made
