"""How large texts can be printed: long ones shrink by steps, and are never cut."""

import math
import re
import unicodedata

from clea_portal.posters.faces import Area
from clea_portal.posters.poster import Poster
from clea_portal.posters.wording import Wording

_STEP = 0.87
_LINE_HEIGHT = 1.25
_POINTS = 72 / 25.4
# Beside the largest size, a room or table, and the sentence under a date.
LABEL, SENTENCE = 0.62, 0.6
# Both of them in a second language.
SECOND = (0.72, 0.5)
# Above this part of the largest size, letters are made smaller rather than a word broken.
_WHOLE_WORDS = 0.6
_RUNS = re.compile(r"\S+")


def sizes_of(name: str, area: Area, poster: Poster, wordings: list[Wording]) -> list[float]:
    """The sizes in points to try one after the other: all that may fit, the largest first.

    Only an estimate from the widths of characters says where to begin; whoever lays out goes on while a text is too large.
    """
    sizes = steps_between(area.points, area.least)
    if name == "name":
        lines = [(line, 1.0) for line in poster.name.split("\n")] + [(poster.place_label, LABEL)] * bool(poster.place_label)
    elif name == "date":
        parts = [(1.0, SENTENCE)] + [SECOND] * (len(wordings) - 1)
        lines = [
            line
            for wording, (day, sentence) in zip(wordings, parts, strict=True)
            for line in ((wording.date, day), (wording.validity, sentence))
        ]
    else:
        return sizes
    return sizes[_first(lines, sizes, area) :]


def steps_between(points: float, least: float) -> list[float]:
    """Sizes from the largest to the smallest, each an eighth smaller than the one before."""
    sizes = [points]
    while sizes[-1] * _STEP > least:
        sizes.append(round(sizes[-1] * _STEP, 2))
    return [*sizes, least]


def _first(lines: list[tuple[str, float]], sizes: list[float], area: Area) -> int:
    width, height = area.width * _POINTS, area.height * _POINTS
    words = (_width(run) for line, _ in lines for run in _RUNS.findall(line) if _breaks_only_at_blanks(run))
    longest = max(words, default=0.0)
    for step, size in enumerate(sizes[:-1]):
        tall = sum(max(1, math.ceil(_width(line) * size * part / width)) * size * part * _LINE_HEIGHT for line, part in lines)
        breaks_a_word = size > area.points * _WHOLE_WORDS and longest * size > width
        if tall <= height and not breaks_a_word:
            return step
    return len(sizes) - 1


def _width(text: str) -> float:
    """In em, of the bold face."""
    return sum(map(_character_width, text))


def _character_width(character: str) -> float:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.3 if unicodedata.category(character) == "So" else 1.0
    return 0.74 if character.isupper() or character in "mw@%&—" else 0.57


def _breaks_only_at_blanks(run: str) -> bool:
    return any(character.isupper() or character.islower() for character in run)
