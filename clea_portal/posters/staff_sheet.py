"""What those who work at a place should know of its codes: a page in each language. It carries no code."""

from collections.abc import Iterator, Sequence

from django.template.loader import render_to_string

from clea_portal.posters.colours import DEFAULT_ACCENT, clean_accent
from clea_portal.posters.names import clean_name, is_right_to_left
from clea_portal.posters.poster import check_languages
from clea_portal.posters.sheets import Sheet
from clea_portal.posters.styles import paper_style
from clea_portal.posters.words import Words, words


def compose_staff_sheet(*, name: str, languages: Sequence[str], accent: str = DEFAULT_ACCENT) -> Iterator[Sheet]:
    """Raises NameMissing, NameTooLong, UnknownLanguage, BadLanguages, BadColour, AccentTooPale."""
    check_languages(languages)
    cleaned = clean_name(name)
    for language in languages:
        said = words(language)
        title = said.say("For those who work here")
        context = {
            "direction": said.direction,
            "title": title,
            "name": cleaned,
            "name_direction": "rtl" if is_right_to_left(cleaned) else "ltr",
            "tips": _tips(said),
        }
        yield Sheet(
            bodies=(render_to_string("posters/staff_sheet.html", context),),
            style=paper_style(clean_accent(accent)),
            title=title,
            language=language,
        )


def count_staff_sheet(languages: Sequence[str]) -> int:
    return len(languages)


def _tips(said: Words) -> list[tuple[str, str]]:
    return [
        (
            said.say("Point it out"),
            said.say("Show visitors the code when they arrive. Scanning is their choice: nobody is asked why not."),
        ),
        (
            said.say("Without a phone"),
            said.say("Offer the paper register. One sheet a day, with that day’s check code, where visitors cannot read it."),
        ),
        (
            said.say("Look at it every day"),
            said.say("Is it there, clean, and the right one? The check code on it is the one that your manager sees."),
        ),
        (
            said.say("“What does it know of me?”"),
            said.say("Nothing: it holds no name. The visit stays on the phone, which compares it with a public list by itself."),
        ),
        (
            said.say("If contact tracers call"),
            said.say("Let your manager answer: they ask for the PIN of the place. Give the register to nobody else."),
        ),
        (
            said.say("You work here"),
            said.say("If your manager gives you a code for staff, scan that one when you start work, and show it to no visitor."),
        ),
    ]
