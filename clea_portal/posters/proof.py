"""Reading back what is about to be handed out: a file whose code does not scan never leaves the portal."""

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO
from xml.etree import ElementTree

from PIL import Image
from pypdfium2 import PdfPage

from clea_portal.posters.errors import PosterUnreadable
from clea_portal.posters.rasterising import draw, opened
from clea_portal.scanning.reading import decode_image

PRINT_DPI = 150
_SCALE = PRINT_DPI / 72
# Beyond this many codes on a page, drawing all of it once is faster than drawing the place of each.
_MOST_CUT_OUT = 3
# What PDFium keeps of pages that it has drawn is freed with the document only.
_PAGES_AT_ONCE = 50
_SVG_PIXELS = 4
_RECTANGLE = re.compile(r"M(\d+) (\d+)v(\d+)h(\d+)v-(\d+)z")
# Characters of a rectangle that are not figures.
_BETWEEN = len("M vhv-z")


@dataclass(frozen=True, slots=True)
class Place:
    """Where on a page a code stands, quiet zone included, in points from the bottom left; and the link that it holds."""

    left: float
    bottom: float
    right: float
    top: float
    link: str


def prove_pdf(
    content: bytes | BinaryIO, pages: Sequence[Sequence[Place]], *, report: Callable[[int], None] | None = None
) -> None:
    """Rasterise the places of codes on each page at print resolution and read them.

    Raises PosterUnreadable unless there are just as many pages, and each place holds exactly its link. `report` gets the
    number of pages read so far.
    """
    for start in range(0, len(pages), _PAGES_AT_ONCE):
        with opened(content) as document:
            if len(document) != len(pages):
                raise PosterUnreadable
            for number in range(start, min(start + _PAGES_AT_ONCE, len(pages))):
                _prove_page(document[number], pages[number])
                if report:
                    report(number + 1)


def _prove_page(page: PdfPage, places: Sequence[Place]) -> None:
    width, height = page.get_size()
    try:
        if len(places) <= _MOST_CUT_OUT:
            for place in places:
                crop = (place.left, place.bottom, width - place.right, height - place.top)
                _prove(draw(page, scale=_SCALE, crop=crop), deep_link=place.link)
            return
        whole = draw(page, scale=_SCALE)
    finally:
        page.close()
    for place in places:
        box = (place.left * _SCALE, (height - place.top) * _SCALE, place.right * _SCALE, (height - place.bottom) * _SCALE)
        _prove(whole.crop(box), deep_link=place.link)


def prove_png(content: bytes, *, deep_link: str, reduced: int = 1) -> None:
    """Read the picture, made so many times smaller. Raises PosterUnreadable unless it holds exactly this link."""
    with Image.open(io.BytesIO(content)) as image:
        _prove(image.convert("L").reduce(reduced), deep_link=deep_link)


def prove_svg(content: bytes, *, deep_link: str) -> None:
    """Draw the last path of a file of `svg_of` and read it. Raises PosterUnreadable unless it holds exactly this link.

    The path is filled by the even-odd rule from what the file says, not from the modules that it was made of.
    """
    root = ElementTree.fromstring(content)  # noqa: S314 - our own file
    side = int(root.attrib["viewBox"].split()[2])
    path = root[-1].attrib["d"]
    rectangles = _RECTANGLE.findall(path)
    # Each row is a number whose bits are dark; what is drawn twice is light again.
    rows = [0] * side
    drawn = 0
    for left, top, height, width, back in rectangles:
        drawn += len(left) + len(top) + len(height) + len(width) + len(back) + _BETWEEN
        x, y, wide, high = int(left), int(top), int(width), int(height)
        if height != back or x + wide > side or y + high > side:
            raise PosterUnreadable
        bits = ((1 << wide) - 1) << (side - x - wide)
        for row in range(y, y + high):
            rows[row] ^= bits
    if drawn != len(path):
        # Something else is in it.
        raise PosterUnreadable
    whole, spare = (1 << side) - 1, -side % 8
    light = b"".join(((row ^ whole) << spare).to_bytes((side + spare) // 8) for row in rows)
    picture = Image.frombytes("1", (side, side), light).convert("L")
    _prove(picture.resize((_SVG_PIXELS * side, _SVG_PIXELS * side), Image.Resampling.NEAREST), deep_link=deep_link)


def _prove(image: Image.Image, *, deep_link: str) -> None:
    if decode_image(image) != (deep_link,):
        raise PosterUnreadable
