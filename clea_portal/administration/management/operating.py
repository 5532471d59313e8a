"""What the commands about countries share."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime

from clea_portal.accounts.errors import Refused
from clea_portal.administration.generations import Generation
from clea_portal.authorities.models import Country
from clea_portal.codes.management.operator_command import OperatorCommand


class CountryCommand(OperatorCommand):
    """Sentences of refusals go to standard error, as those of bad input do, and in English as those are."""

    def handle(self, *args: Any, **options: Any) -> str:
        try:
            with translation.override("en"):
                return super().handle(*args, **options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        except ValidationError as error:
            with translation.override("en"):
                raise CommandError(" ".join(error.messages)) from None


def find_country(code: str) -> Country:
    country = Country.objects.filter(code=code.upper()).first()
    if country is None:
        raise CommandError(f"{code!r} is the code of no country here")
    return country


def parse_moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment):
        raise CommandError(f"{text!r} is no time with a zone, such as 2026-09-01T00:00:00Z")
    return moment


def described(generation: Generation) -> dict[str, Any]:
    """No private key, not even its digest."""
    key = generation.key
    return {
        "fingerprint": key.fingerprint,
        "public_key": key.public_key,
        "valid_from": key.valid_from.isoformat(),
        "state": generation.state.value,
        "replaced_at": _text(generation.replaced_at),
        "can_be_destroyed_at": _text(generation.free_at),
        "destroyed_at": _text(key.destroyed_at),
        "needed_by": [{"what": use.words, "count": use.count, "until": _text(use.until)} for use in generation.uses],
    }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
