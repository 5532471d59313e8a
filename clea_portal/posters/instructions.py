"""Where and how high to hang codes: a page for the people of the place, once for each language."""

import base64
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from django.template.loader import render_to_string

from clea_portal.posters.colours import DEFAULT_ACCENT, clean_accent
from clea_portal.posters.names import clean_line
from clea_portal.posters.poster import check_languages
from clea_portal.posters.sheets import Sheet
from clea_portal.posters.styles import paper_style
from clea_portal.posters.wording import renewal_advice
from clea_portal.posters.words import Words, words

_DRAWING = Path(__file__).with_name("door.svg")


def compose_instructions(
    *,
    languages: Sequence[str],
    renewal_days: int | None = None,
    retention_days: int | None = None,
    authority: str = "",
    accent: str = DEFAULT_ACCENT,
) -> Iterator[Sheet]:
    """A page for each language.

    `renewal_days`: how often a code should be replaced, if ever; `retention_days`: how long a replaced one can still matter.
    Raises UnknownLanguage, BadLanguages, BadColour, AccentTooPale.
    """
    check_languages(languages)
    for language in languages:
        said = words(language)
        context = {
            "direction": said.direction,
            "authority": clean_line(authority),
            "title": said.say("How to hang your codes"),
            "drawing": _drawing(clean_accent(accent)),
            "drawn": said.say("Drawing: the poster hangs to the left of the door, its top edge 130 cm above the floor."),
            "tips": _tips(said, renewal_days, retention_days),
        }
        yield Sheet(
            bodies=(render_to_string("posters/instructions.html", context),),
            style=paper_style(clean_accent(accent)),
            title=said.say("How to hang your codes"),
            language=language,
        )


def count_instructions(languages: Sequence[str]) -> int:
    return len(languages)


def _tips(said: Words, renewal_days: int | None, retention_days: int | None) -> list[tuple[str, str]]:
    tips = [
        (
            said.say("Left of the door"),
            said.say("Where people stop before they come in, and not on the door itself: sliding doors take the code away."),
        ),
        (said.say("Top edge at 130 cm"), said.say("So that everybody reaches it, in a wheelchair too.")),
        (
            said.say("In good light, without glare"),
            said.say("Not behind a pane that mirrors, not under a lamp that dazzles, not on glossy film."),
        ),
        (
            said.say("One on each table"),
            said.say("Most people scan when they sit down. Fold the table tent in the middle, with the print outside."),
        ),
        (
            said.say("Black on white, at full size"),
            said.say("Print at 100 % on white paper. Write and stick nothing on the code or on the white around it."),
        ),
        (said.say("Try it"), said.say("Scan it with two different phones, from where your visitors will stand.")),
        (
            said.say("Take the old one down"),
            said.say("Two different codes on the wall split your visitors: the day you hang a new one, take all old ones down."),
        ),
    ]
    renewal = []
    if renewal_days:
        renewal.append(renewal_advice(said, renewal_days))
    if retention_days:
        renewal.append(
            said.say_number(
                "Keep one copy of a replaced code out of sight for %(days)s day: contact tracers may ask for it.",
                "Keep one copy of a replaced code out of sight for %(days)s days: contact tracers may ask for it.",
                retention_days,
                days=retention_days,
            )
        )
    return [*tips, (said.say("Renew it"), " ".join(renewal))] if renewal else tips


@cache
def _drawing(accent: str) -> str:
    svg = _DRAWING.read_text(encoding="utf-8").replace("#0b5a6b", accent)
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
