"""Where codes are in a blurred picture, in which no reader sees them and rows cross nothing like a finder pattern any more.

Blurred, a finder pattern is still a dark square in a lighter ring in a darker one, on light ground. Means of squares of four
sizes tell how much a place looks like it: fast ones, in a series of smaller and smaller versions of the picture.
"""

import math
import re
from collections.abc import Iterator
from itertools import permutations
from typing import Any

from PIL import Image, ImageChops, ImageFilter

from clea_portal.scanning.fields import compute
from clea_portal.scanning.finders import Finder, Square, square_of

# Pixels of a module in the version in which a pattern answers, and the steps from version to version.
UNIT, STEP = 2.0, 1.2
SMALLEST, LARGEST = 2.2, 14
MOST_PIXELS = 1_500_000
# Of 150 for a sharp pattern; blurred by 0.8 modules they answer with 80 to 100, other things rarely with more than 75.
LEAST = 62
MOST_PATTERNS = 10
MOST_SQUARES = 6
_MARKS = re.compile(rb"\xff")


def seek(image: Image.Image) -> list[Square]:
    """Places of codes in a grey picture, likeliest first; each may hold none."""
    patterns = _patterns(image)[:MOST_PATTERNS]
    found = []
    for three in permutations(patterns, 3):
        square = square_of(*three)
        if square is not None:
            found.append((min(one.hits for one in three), square))
    kept: list[Square] = []
    for _, square in sorted(found, key=lambda one: -one[0]):
        if not any(math.dist(square.middle, other.middle) < 20 * square.unit for other in kept):
            kept.append(square)
    return kept[:MOST_SQUARES]


def _patterns(image: Image.Image) -> list[Finder]:
    """What looks like finder patterns, best first; ``hits`` is how well they answer."""
    kept: list[Finder] = []
    for one in sorted(_answers(image), key=lambda one: -one.hits):
        if all(math.dist((one.x, one.y), (better.x, better.y)) > 4 * better.unit for better in kept):
            kept.append(one)
            if len(kept) == MOST_PATTERNS:
                break
    return kept


def _answers(image: Image.Image) -> Iterator[Finder]:
    unit = SMALLEST
    while unit < LARGEST:
        factor = UNIT / unit
        size = round(image.width * factor), round(image.height * factor)
        if size[0] * size[1] <= MOST_PIXELS and min(size) > 40 * UNIT:
            answer = _likeness(image.resize(size, Image.Resampling.BILINEAR if factor < 1 else Image.Resampling.BICUBIC))
            best = ImageChops.subtract(answer, _highest_around(answer), offset=255).point([0] * 255 + [255])
            marks = ImageChops.darker(best, answer.point([255 if level >= LEAST else 0 for level in range(256)]))
            levels = answer.tobytes()
            for mark in _MARKS.finditer(marks.tobytes()):
                y, x = divmod(mark.start(), size[0])
                yield Finder(x=(x + 0.5) / factor, y=(y + 0.5) / factor, unit=unit, hits=levels[mark.start()])
        unit *= STEP


def _likeness(small: Image.Image) -> Image.Image:
    """How much each place looks like a pattern's middle, on light or dark ground alike: 0 to 150."""
    means = {side: small.filter(ImageFilter.BoxBlur((side * UNIT - 1) / 2)) for side in (3, 5, 7, 9)}
    contrast = ImageChops.difference(small, means[9]).filter(ImageFilter.BoxBlur((9 * UNIT - 1) / 2))
    # Nine by nine modules, light but for a dark seven by seven, light but for a dark five by five, and so on; the sum is 0.
    return compute(
        _compare, contrast=contrast.convert("F"), **{f"mean{side}": mean.convert("F") for side, mean in means.items()}
    ).convert("L")


def _compare(given: dict[str, Any]) -> Any:
    looked_for = given["mean9"] * 66 - given["mean7"] * 98 + given["mean5"] * 50 - given["mean3"] * 18
    return given["max"](given["min"](looked_for / (given["contrast"] + 2) * (150 / 81), 255.0), 0.0)


def _highest_around(answer: Image.Image) -> Image.Image:
    """Within three pixels in each direction. Pillow's own filter for this takes seventy times as long."""
    for across, down in ((1, 0), (0, 1)):
        for step in (1, 2):
            answer = ImageChops.lighter(
                ImageChops.lighter(answer, ImageChops.offset(answer, step * across, step * down)),
                ImageChops.offset(answer, -step * across, -step * down),
            )
    return answer
