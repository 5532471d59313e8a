"""How large a name can be printed: long ones shrink by steps, and are never cut."""

import math
import re
import unicodedata

# Points; the style sheet has one class for each, `name-0` the largest.
NAME_SIZES = (36, 30, 25, 21, 17, 14, 11)
_LINE_POINTS = 178 / 25.4 * 72
_BLOCK_POINTS = 36 / 25.4 * 72
_LINE_HEIGHT = 1.25
# Below this, a word longer than the line is broken rather than made smaller.
_SMALLEST_FOR_ONE_WORD = 25
_RUNS = re.compile(r"\S+")


def first_size(name: str) -> int:
    """The step to try first (an index of NAME_SIZES): the largest whose estimated lines fit the block.

    Only an estimate from the widths of characters; whoever lays out goes on to smaller steps while the page overflows.
    """
    longest_word = max((_width(run) for run in _RUNS.findall(name) if _breaks_only_at_blanks(run)), default=0.0)
    for step, size in enumerate(NAME_SIZES[:-1]):
        lines = sum(max(1, math.ceil(_width(line) * size / _LINE_POINTS)) for line in name.split("\n"))
        breaks_a_word = size >= _SMALLEST_FOR_ONE_WORD and longest_word * size > _LINE_POINTS
        if lines * size * _LINE_HEIGHT <= _BLOCK_POINTS and not breaks_a_word:
            return step
    return len(NAME_SIZES) - 1


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
