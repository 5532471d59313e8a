"""Simple measurements of a picture in which nothing was read, so that a person hears what to change."""

from collections.abc import Sequence

from PIL import Image, ImageFilter

from clea_portal.scanning.causes import find_cause
from clea_portal.scanning.results import Advice
from clea_portal.scanning.symbols import Symbol

# A version 12 code is 65 modules wide; below two pixels each, reading it is luck.
SMALLEST_CODE = 65 * 2
DARK_LEVEL = 70
FLAT_LEVELS = 28
MEASURED_SIDE = 1000
SOFTEST_EDGE = 0.12
# The second derivative in both directions, around mid-grey because Pillow has no negative pixels.
LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=2, offset=128)


def explain_miss(image: Image.Image, symbols: Sequence[Symbol]) -> Advice:
    """The likeliest reason why nothing was decoded in a grey picture, looking at the symbol that was seen, if one was."""
    part = _crop(image, symbols[0]) if symbols else image
    if min(part.size) < SMALLEST_CODE:
        return Advice.TOO_SMALL
    # A long strip keeps its width, or nothing would be left to measure.
    part = part.reduce(max(1, min(max(part.size) // MEASURED_SIDE, min(part.size) // SMALLEST_CODE)))
    # A page with ten words on it is dark in one pixel of a thousand, and that is contrast; noise is not.
    smooth = part.filter(ImageFilter.GaussianBlur(1))
    darkest, lightest = _level(smooth, 0.001), _level(smooth, 0.999)
    if lightest < DARK_LEVEL:
        return Advice.TOO_DARK
    if lightest - darkest < FLAT_LEVELS:
        return Advice.LOW_CONTRAST
    if sharpness(part) < SOFTEST_EDGE:
        return Advice.BLURRED
    return find_cause(image, symbols) or (Advice.COVERED if symbols else Advice.NO_CODE)


def sharpness(image: Image.Image) -> float:
    """How abruptly the picture's steepest edges turn, relative to its contrast: 0.5 for a good photo, below 0.12 is a blur.

    A percentile of the second derivative rather than its variance, so that an even wall around a sharp code does not count.
    """
    # Without the slight blur, noise and JPEG blocks would pass for edges; the outermost pixels are not filtered by Pillow.
    curves = image.filter(ImageFilter.GaussianBlur(1)).filter(LAPLACIAN).crop((2, 2, image.width - 2, image.height - 2))
    contrast = max(1, _level(image, 0.98) - _level(image, 0.02))
    return 2 * (_level(curves, 0.995) - _level(curves, 0.005)) / contrast


def _level(image: Image.Image, part: float) -> int:
    """The grey level below which this part of the pixels lies."""
    counts = image.histogram()
    missing = part * sum(counts)
    for level, count in enumerate(counts):
        missing -= count
        if missing <= 0:
            return level
    return len(counts) - 1


def _crop(image: Image.Image, symbol: Symbol) -> Image.Image:
    left, right = (round(min(max(x, 0), 1) * image.width) for x in (symbol.left, symbol.right))
    top, bottom = (round(min(max(y, 0), 1) * image.height) for y in (symbol.top, symbol.bottom))
    return image.crop((left, top, max(right, left + 1), max(bottom, top + 1)))
