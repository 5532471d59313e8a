"""Names as people type or paste them, made safe to print: any script, line breaks and emoji included."""

import re
import unicodedata
from itertools import groupby, islice

from clea_portal.posters.errors import NameMissing, NameTooLong

MAX_NAME_LENGTH = 200
MAX_NAME_LINES = 4

_LINE_BREAKS = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_BLANKS = re.compile(r"[^\S\n]+")
# Explicit bidirectional embeddings, overrides and isolates: one left open turns round whatever is printed after it.
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Letters and symbols by category that print nothing.
_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u2800")
# More marks on one letter than any language writes only serve to paint over the lines around it.
_MOST_MARKS = 4


def clean_name(text: str) -> str:
    """The name as it is printed: normalised (NFC), without control characters, blanks tidied, line breaks as `\\n`.

    Joiners and variation selectors stay, since emoji, Persian and Indic scripts need them. More than four lines are joined
    into one. Raises NameMissing when nothing visible is left, NameTooLong beyond 200 characters.
    """
    lines = _lines(text)
    name = "\n".join(lines) if len(lines) <= MAX_NAME_LINES else " ".join(lines)
    if not any(unicodedata.category(character)[0] in "LNPS" and character not in _INVISIBLE for character in name):
        raise NameMissing
    if len(name) > MAX_NAME_LENGTH:
        raise NameTooLong
    return name


def clean_line(text: str) -> str:
    """The same cleaning for a text of one line, which may be empty."""
    return " ".join(_lines(text))


def one_line(name: str) -> str:
    """A cleaned name on one line, for titles."""
    return name.replace("\n", " ")


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction is of a right-to-left script (Arabic, Hebrew, …)."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((direction != "L" for direction in directions if direction in {"L", "R", "AL"}), False)


def _lines(text: str) -> list[str]:
    kept = "".join(filter(_is_printable, _LINE_BREAKS.sub("\n", text)))
    plain = _without_piles(unicodedata.normalize("NFC", kept))
    return [line for line in (_BLANKS.sub(" ", line).strip() for line in plain.split("\n")) if line]


def _without_piles(text: str) -> str:
    runs = groupby(text, key=lambda character: unicodedata.category(character) in {"Mn", "Me"})
    return "".join("".join(islice(run, _MOST_MARKS) if are_marks else run) for are_marks, run in runs)


def _is_printable(character: str) -> bool:
    if character in "\n\t":
        return True
    # Private use has no glyph that two machines agree on; the last two of each plane, and surrogates, are no characters.
    if character in _BIDI_CONTROLS or ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF:
        return False
    return unicodedata.category(character) not in {"Cc", "Cs", "Co"} and character != "\ufeff"


def isolated(text: str) -> str:
    """For a sentence around it: letters that run from right to left leave the order of what follows alone (a date)."""
    return f"\u2068{text}\u2069"
