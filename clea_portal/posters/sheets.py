"""A printed page as its templates describe it: HTML, a style sheet, and places for codes.

A template marks the place of a code with `<img src="code:N" alt="code">`, N being its index in `Sheet.codes`. Its style
gives it a square size; the symbol is drawn into it with its quiet zone of four modules, so a module is a 73rd of the side.
It may be turned by a transform, and the same N may stand at several places (stickers). Nothing else may cover the place: it
is cut out of the finished page and read back.

PART_START and PART_END around the whole content of an element say that it differs from page to page. Everything outside of
parts is laid out once for all sheets that have it in common, and each distinct part once. So that a part cannot move
anything else, its element has a definite width and height, and a part larger than that does not fit. Variants of a part
are parted by PART_OR: the first that fits is printed; when none does, the next body of the sheet is tried. What is in a part
may be styled by what it is in, not by what it stands beside; it holds text and no pictures. WeasyPrint lays the content of
flex boxes and grids out several times, so they are better kept out of parts.

LETTERS in a part are a text in a font in which all letters are equally wide, such as a check code: a part that is the same but
for them need not be laid out again.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from clea_portal.posters.errors import BadPoster, NameTooLong

PART_START, PART_OR, PART_END = "<!--part-->", "<!--or-->", "<!--/part-->"
PARTS = re.compile(f"{PART_START}(.*?){PART_END}", re.DOTALL)
LETTERS = re.compile("<!--letters-->([0-9A-Z ]+)<!--/letters-->")
_PLACE = '<img src="part:%d" alt="" style="display:block;width:100%%;height:100%%">'


@dataclass(frozen=True, kw_only=True)
class Code:
    """A deep link to print as a QR code. `alternative`: the text for those who do not see it."""

    link: str = field(repr=False)
    alternative: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One page. `bodies`: `<body …>…</body>` in the order in which they are tried until one fits; `style`: CSS with `@page`.

    `title`: its bookmark in a document of several pages. `too_long`: raised when no body fits.
    """

    bodies: Iterable[str]
    style: str
    title: str
    language: str
    codes: tuple[Code, ...] = ()
    too_long: type[BadPoster] = NameTooLong


def split_parts(body: str) -> tuple[str, list[list[str]]]:
    """The body with `<img src="part:N">` in place of its parts, and the variants of each part."""
    pieces = PARTS.split(body)
    frame = pieces[0] + "".join(f"{_PLACE % number}{text}" for number, text in enumerate(pieces[2::2]))
    return frame, [part.split(PART_OR) for part in pieces[1::2]]
