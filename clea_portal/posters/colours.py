"""The accent colour of a print: any that can be read on white paper."""

import re

from clea_portal.posters.errors import AccentTooPale, BadColour

DEFAULT_ACCENT = "#0b5a6b"
# WCAG 2.2, 1.4.3: text that everybody can read.
LEAST_CONTRAST = 4.5
_HEXADECIMAL = re.compile(r"#[0-9a-f]{6}")


def clean_accent(text: str) -> str:
    """The colour as `#rrggbb` in small letters. Raises BadColour for anything else, AccentTooPale below 4.5:1."""
    colour = text.strip().lower()
    if not _HEXADECIMAL.fullmatch(colour):
        raise BadColour
    ratio = contrast_with_white(colour)
    if ratio < LEAST_CONTRAST:
        raise AccentTooPale(ratio)
    return colour


def contrast_with_white(colour: str) -> float:
    """The contrast ratio of `#rrggbb` and white, 1 to 21, as WCAG defines it."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
