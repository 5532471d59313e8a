"""The characters of codes that are read out on the phone, and the words that spell them."""

import secrets

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

# No two are mistaken for each other, written or said: of O 0 Q D, I 1 L, Z 2, S 5, G 6, B 8 and U V, one at most is there. And no
# vowels, so that it spells nothing.
ALPHABET = "3479BCDFGHJKMNPQRSTVWXYZ"
LENGTH = 8
GROUP = 4
# What somebody may have written down for it: there is only one way to understand these.
_MEANT = str.maketrans("2568", "ZSGB")

_WORDS: dict[str, Promise] = {
    "3": gettext_lazy("three"),
    "4": gettext_lazy("four"),
    "7": gettext_lazy("seven"),
    "9": gettext_lazy("nine"),
    "B": pgettext_lazy("spelling", "Bravo"),
    "C": pgettext_lazy("spelling", "Charlie"),
    "D": pgettext_lazy("spelling", "Delta"),
    "F": pgettext_lazy("spelling", "Foxtrot"),
    "G": pgettext_lazy("spelling", "Golf"),
    "H": pgettext_lazy("spelling", "Hotel"),
    "J": pgettext_lazy("spelling", "Juliett"),
    "K": pgettext_lazy("spelling", "Kilo"),
    "M": pgettext_lazy("spelling", "Mike"),
    "N": pgettext_lazy("spelling", "November"),
    "P": pgettext_lazy("spelling", "Papa"),
    "Q": pgettext_lazy("spelling", "Quebec"),
    "R": pgettext_lazy("spelling", "Romeo"),
    "S": pgettext_lazy("spelling", "Sierra"),
    "T": pgettext_lazy("spelling", "Tango"),
    "V": pgettext_lazy("spelling", "Victor"),
    "W": pgettext_lazy("spelling", "Whiskey"),
    "X": pgettext_lazy("spelling", "X-ray"),
    "Y": pgettext_lazy("spelling", "Yankee"),
    "Z": pgettext_lazy("spelling", "Zulu"),
}


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def as_typed(text: str) -> str:
    """What somebody typed, as a code: capitals, without blanks and dashes, misread digits as the letters that they stand for."""
    return "".join(character for character in text.upper() if character.isalnum()).translate(_MEANT)


def spelled(code: str) -> list[list[tuple[str, str]]]:
    """In groups, each character with the word that spells it, in the active language."""
    letters = [(character, str(_WORDS[character])) for character in code]
    return [letters[start : start + GROUP] for start in range(0, len(letters), GROUP)]
