"""Names that administrators give in two languages."""

from django.utils.translation import get_language


def localised(french: str, english: str) -> str:
    """The one in the reader's language."""
    return french if (get_language() or "fr").startswith("fr") else english
