"""Looking for QR codes in one grey picture: as it is, then sharpened in the ways that were measured to help."""

from collections.abc import Sequence
from dataclasses import dataclass

import zxingcpp
from PIL import Image, ImageChops, ImageFilter

from clea_portal.scanning.results import LONGEST_SIDE

# Plain QRCode would also accept Micro QR and rMQR, which no CLEA code is.
FORMATS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCodeModel2])
# A larger picture has pixels enough: enlarging it as well costs seconds and finds next to nothing.
ENLARGED_PIXELS = 10_000_000
# Twelve megapixels show a code as sharply as any lens does; the rest of a larger picture is only slow.
HUGE_PIXELS = 13_000_000


@dataclass(frozen=True, kw_only=True)
class Symbol:
    """A code that was seen: its box in parts of the picture's width and height, its text unless it could not be decoded.

    ``corners``: of the code without its quiet zone, in the same parts, from its own top left on, clockwise.
    """

    text: str | None
    left: float
    top: float
    right: float
    bottom: float
    corners: tuple[tuple[float, float], ...] = ()

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def covers(self, other: "Symbol") -> bool:
        x, y = other.centre
        return self.left <= x <= self.right and self.top <= y <= self.bottom


def look(image: Image.Image) -> list[Symbol]:
    """The codes in the picture as it is, undecodable ones included."""
    if max(image.size) > LONGEST_SIDE:
        return []
    barcodes = zxingcpp.read_barcodes(image, formats=FORMATS, text_mode=zxingcpp.TextMode.Plain, return_errors=True)
    symbols = [_place(barcode, image.size) for barcode in barcodes]
    # Some that could not be decoded have no place either.
    return [
        symbol for symbol in symbols if symbol.text is not None or symbol.right - symbol.left > 0 < symbol.bottom - symbol.top
    ]


def in_reading_order(symbols: Sequence[Symbol]) -> list[Symbol]:
    """Top left to bottom right. Symbols stand in one row when their centres differ by less than half a symbol's height."""
    rows: list[list[Symbol]] = []
    for symbol in sorted(symbols, key=lambda symbol: symbol.centre[1]):
        first = rows[-1][0] if rows else None
        if first and symbol.centre[1] - first.centre[1] < (first.bottom - first.top) / 2:
            rows[-1].append(symbol)
        else:
            rows.append([symbol])
    return [symbol for row in rows for symbol in sorted(row, key=lambda symbol: symbol.centre[0])]


def _place(barcode: zxingcpp.Barcode, size: tuple[int, int]) -> Symbol:
    place = barcode.position
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    across = [corner.x / size[0] for corner in corners]
    down = [corner.y / size[1] for corner in corners]
    return Symbol(
        text=barcode.text if barcode.valid else None,
        left=min(across),
        top=min(down),
        right=max(across),
        bottom=max(down),
        corners=tuple(zip(across, down, strict=True)),
    )


@dataclass(frozen=True, kw_only=True)
class Sharpening:
    """Enlarge, take the noise out, steepen the edges. ``soften`` and ``radius`` are pixels after enlarging."""

    enlarge: int
    soften: float
    radius: float
    percent: int
    even_light: bool = False


# The first finds most; each of the others finds a few per cent of what is left.
SHARPER = (
    Sharpening(enlarge=3, soften=3, radius=10, percent=900),
    Sharpening(enlarge=3, soften=1, radius=5, percent=900),
    Sharpening(enlarge=2, soften=3, radius=7, percent=200),
    Sharpening(enlarge=3, soften=3, radius=5, percent=500),
    Sharpening(enlarge=3, soften=3, radius=10, percent=500, even_light=True),
)


def look_sharpened(image: Image.Image, how: Sharpening) -> list[Symbol]:
    """The codes in a sharpened version of the picture, undecodable ones included."""
    if how.even_light:
        image = _even_light(image)
    pixels = image.width * image.height
    if pixels > HUGE_PIXELS:
        image = image.reduce(2)
    factor = how.enlarge
    while factor > 1 and pixels * factor**2 > ENLARGED_PIXELS:
        factor -= 1
    larger = image.resize((image.width * factor, image.height * factor), Image.Resampling.BICUBIC)
    softened = larger.filter(ImageFilter.GaussianBlur(how.soften * factor / how.enlarge))
    return look(
        softened.filter(ImageFilter.UnsharpMask(radius=how.radius * factor / how.enlarge, percent=how.percent, threshold=0))
    )


def _even_light(image: Image.Image) -> Image.Image:
    """The picture less its own wide blur: a shadow's edge or a lamp's shine disappears, the modules stay."""
    return ImageChops.subtract(image, image.filter(ImageFilter.BoxBlur(max(image.size) // 16)), offset=128)
