"""The QR code of a deep link: one and the same on screen, on paper and in every file."""

import io
import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

import segno
import zxingcpp
from PIL import Image

from clea_portal.posters.errors import LinkUnfit

VERSION = 12
# CLEA protocol, LSP: what version 12 holds in byte mode.
MOST_AT_Q = 203
MOST_AT_M = 287
# Any mask is readable, but only a fixed one stays the same whatever the encoder's taste, and saves the search among eight,
# four fifths of the time. Over links with random content this one has the lowest average penalty.
MASK = 2
# zxing-cpp is thirty times faster than segno, but saves bits by other modes than that of bytes where figures or capitals
# follow one another: from these lengths on, inside and at the end of a link (the test of modules shows that they are right).
_MAY_LEAVE_BYTES = re.compile(r"[0-9]{8}|[0-9A-Z $%*+./:-]{14}|[0-9]{4}$|[0-9A-Z $%*+./:-]{6}$|^[0-9A-Z $%*+./:-]")
_TO_MODULES = bytes.maketrans(b"\xff\0", b"\0\1")
QUIET_ZONE = 4
# Of the symbol with its quiet zone, in modules.
SIDE = 17 + 4 * VERSION + 2 * QUIET_ZONE
_DARK = re.compile(rb"\x01+")


@dataclass(frozen=True, slots=True)
class Symbol:
    """``matrix``: rows of modules, 1 for dark, without the quiet zone; ``designator``: version and level."""

    matrix: tuple[bytes, ...]
    designator: str


def make_symbol(deep_link: str) -> Symbol:
    """The QR code of version 12 (65 by 65 modules) that holds the link: level Q when it fits, else M. Raises LinkUnfit.

    The same link always gives the same modules.
    """
    if not deep_link or not deep_link.isascii() or len(deep_link) > MOST_AT_M:
        raise LinkUnfit
    level = "Q" if len(deep_link) <= MOST_AT_Q else "M"
    make = _make_exactly if _MAY_LEAVE_BYTES.search(deep_link) else _make_fast
    return Symbol(matrix=make(deep_link, level), designator=f"{VERSION}-{level}")


def _make_fast(text: str, level: str) -> tuple[bytes, ...]:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level, version=VERSION, data_mask=MASK)
    picture = memoryview(code.to_image(scale=1, add_quiet_zones=False))  # type: ignore[arg-type]
    pixels = picture.tobytes().translate(_TO_MODULES)
    side = 17 + 4 * VERSION
    return tuple(pixels[start : start + side] for start in range(0, side * side, side))


def _make_exactly(text: str, level: str) -> tuple[bytes, ...]:
    code = segno.make_qr(text, version=VERSION, error=level, mode="byte", mask=MASK, boost_error=False)
    return tuple(map(bytes, code.matrix))


def svg_of(symbol: Symbol, *, title: str, background: bool) -> str:
    """The symbol with its quiet zone as an SVG element, one unit per module, without size, script or style.

    `background`: paint the quiet zone white, for pages of any colour.
    """
    side = len(symbol.matrix) + 2 * QUIET_ZONE
    path = "".join(f"M{x} {y}v{height}h{width}v-{height}z" for x, y, width, height in _rectangles(symbol))
    white = f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/>' if background else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><title>{escape(title)}</title>'
        f'{white}<path d="{path}"/></svg>'
    )


def operators_of(symbol: Symbol) -> bytes:
    """The dark modules as one path of PDF operators, filled; one unit per module, y downwards, the quiet zone around them."""
    return b"\n".join([*(b"%d %d %d %d re" % rectangle for rectangle in _rectangles(symbol)), b"f"])


def _rectangles(symbol: Symbol) -> list[tuple[int, int, int, int]]:
    """Left, top, width and height of rectangles that make up the dark modules.

    They are as high as a run of modules is equal in rows below one another. As parts of one path, not shapes that are filled
    one by one, no reader shows hairlines between them. Filled, not stroked line by line: some PDF readers and printer
    drivers move strokes to whole pixels, which makes modules of uneven width.
    """
    rectangles = []
    open_runs: dict[tuple[int, int], int] = {}
    for y, row in enumerate([*symbol.matrix, b""], start=QUIET_ZONE):
        runs = dict.fromkeys(match.span() for match in _DARK.finditer(row))
        for start, end in [run for run in open_runs if run not in runs]:
            top = open_runs.pop((start, end))
            rectangles.append((start + QUIET_ZONE, top, end - start, y - top))
        for run in runs:
            open_runs.setdefault(run, y)
    return rectangles


def png_of(symbol: Symbol, *, module_pixels: int) -> bytes:
    """The symbol with its quiet zone as a black and white PNG of one bit per pixel."""
    light = bytes(SIDE)
    border = bytes(QUIET_ZONE)
    rows = [*[light] * QUIET_ZONE, *(border + row + border for row in symbol.matrix), *[light] * QUIET_ZONE]
    modules = Image.frombytes("L", (SIDE, SIDE), b"".join(rows)).point([255, 0] + [0] * 254, "1")
    out = io.BytesIO()
    modules.resize((SIDE * module_pixels, SIDE * module_pixels), Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()
