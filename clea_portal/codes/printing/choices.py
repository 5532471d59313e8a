"""What the print page offers, in the words of the person."""

from collections.abc import Collection, Sequence
from typing import Any

from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from clea_portal.authorities.models import Country
from clea_portal.codes.printing.options import CopiesFor, Output
from clea_portal.posters.layouts import Layout
from clea_portal.posters.poster import LANGUAGES


def output_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (_("Posters"), [(Layout.A4, _("A4 poster")), (Layout.A3, _("A3 poster")), (Layout.A5, "A5"), (Layout.A6, "A6")]),
        (_("For tables"), [(Layout.TENT, _("Table tent, to fold (A4)"))]),
        (
            _("To cut out or on label sheets (A4)"),
            [
                (Layout.STICKERS_2, _("2 stickers a sheet")),
                (Layout.STICKERS_4, _("4 stickers a sheet")),
                (Layout.STICKERS_8, _("8 stickers a sheet")),
                (Layout.STICKERS_12, _("12 stickers a sheet")),
                (Layout.STICKERS_18, _("18 stickers a sheet")),
                (Layout.STICKERS_25, _("25 stickers a sheet")),
                (Layout.BADGE, _("Badges, 4 a sheet")),
                (Layout.CARD, _("Business cards, 10 a sheet")),
            ],
        ),
        (
            _("For screens (PNG)"),
            [(Layout.SCREEN_16_9, _("Screen, lying (16:9)")), (Layout.SCREEN_9_16, _("Screen, standing (9:16)"))],
        ),
        (
            _("The code alone, for your own design"),
            [(Output.PNG, _("Picture (PNG)")), (Output.SVG, _("Drawing of any size (SVG)"))],
        ),
    ]


def language_choices(offered: Collection[str] = LANGUAGES) -> list[tuple[str, str]]:
    """Each in its own words, with those of the person where they differ. ``offered``: a country's."""
    return [(code, _language(get_language_info(code))) for code in LANGUAGES if code in offered]


def preferred_language(offered: Sequence[str] = LANGUAGES) -> str:
    """The person's where it is offered, else the first of them."""
    language = (get_language() or LANGUAGES[0]).split("-")[0]
    return language if language in offered else offered[0]


def not_offered_message(language: str, country: Country) -> str:
    """Why there is no poster in a language, with those in which there are; each as people and as programs name it."""
    return _("Posters of %(country)s are not made in %(language)s. Choose one of these: %(offered)s.") % {
        "country": country.name,
        "language": _named(language),
        "offered": ", ".join(_named(each) for each in country.languages),
    }


def _named(code: str) -> str:
    return f"{get_language_info(code)['name_translated']} ({code})"


def _language(info: Any) -> str:
    own, translated = info["name_local"].capitalize(), info["name_translated"].capitalize()
    return own if own == translated else f"{own} – {translated}"


def copies_choices() -> list[tuple[str, str]]:
    return [
        (CopiesFor.PLACES, _("one of each")),
        (CopiesFor.TABLES, _("one for each table or seat, with its label")),
        (CopiesFor.BOTH, _("both")),
    ]
