"""The languages in which a country's posters can speak."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Those that posters have words for (posters.poster.LANGUAGES, which a test compares).
POSTER_LANGUAGES = ("fr", "en", "de", "es", "it", "nl", "pt", "ar")


def all_languages() -> list[str]:
    return list(POSTER_LANGUAGES)


def validate_languages(value: Any) -> None:
    if not isinstance(value, list) or not value:
        raise ValidationError(_("Choose at least one language."))
    if not all(isinstance(one, str) and one in POSTER_LANGUAGES for one in value) or len(set(value)) != len(value):
        raise ValidationError(
            _("Languages are a list of different ones of: %(languages)s."), params={"languages": ", ".join(POSTER_LANGUAGES)}
        )
