"""What the commands share that set a portal up without a person at the screen."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.management.base import CommandError
from django.utils import translation

from clea_portal.authorities.models import Country, ServerAuthority
from clea_portal.codes.management.code_request import parse_object, read_text
from clea_portal.codes.management.operator_command import OperatorCommand


class AdministrationCommand(OperatorCommand):
    """The forms of the pages check what comes in; their sentences come in English."""

    def handle(self, *args: Any, **options: Any) -> str:
        with translation.override("en"):
            return super().handle(*args, **options)


def read_object(name: str) -> dict[str, Any]:
    """The JSON object of a file, or of standard input for ``-``. Raises CommandError."""
    return parse_object(read_text(name))


def find_country(code: str) -> Country:
    try:
        return Country.objects.get(code=code)
    except Country.DoesNotExist:
        raise CommandError(f"There is no country {code[:10]!r}: add it with set_country.") from None


def find_server(code: str) -> ServerAuthority:
    country = find_country(code)
    server = ServerAuthority.objects.filter(country=country).first()
    if server is None:
        raise CommandError(f"{country.code} has no server: enter it with set_server.")
    return server


def refuse_errors(*filled: forms.BaseForm) -> None:
    """Raises CommandError with every form's sentences, each with the field's name."""
    sentences = [
        str(sentence) if name == NON_FIELD_ERRORS else f"{name}: {sentence}"
        for form in filled
        for name, errors in form.errors.items()
        for sentence in errors
    ]
    if sentences:
        raise CommandError(" ".join(sentences))


def refuse_unknown(data: dict[str, Any], known: set[str]) -> None:
    """Raises CommandError for a name that means nothing here: a slip would otherwise pass in silence."""
    unknown = sorted(set(data) - known)
    if unknown:
        raise CommandError(f"{unknown[0][:40]!r}: unknown key. Known are: {', '.join(sorted(known))}.")
