"""Where a code must be in a picture in which no reader sees one: worked out from the finder patterns that are in sight.

A finder pattern is dark, light, three dark, light, dark modules in every direction. Two of them tell where the code of version 12
that they belong to lies, inside the picture or beyond its border.
"""

import math
import operator
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, permutations

from PIL import Image, ImageChops, ImageFilter

MODULES = 65
# Modules between the middles of two finder patterns, along a side and across, and how far perspective may change that.
APART, ACROSS, LEEWAY = 58, 58 * math.sqrt(2), 0.14
# The sine of the smallest angle that a code's right one is seen as.
SQUARE = 0.96
LONGEST_SIDE = 2000
MOST_LINES = 700
MOST_PATTERNS = 8
SMALLEST_MODULE = 1.5
# Lengths of one colour along a border that crosses a code, in modules; short where it cuts off corners of turned ones.
SHORTEST, LONGEST = 0.15, 6.5
# Rows that cross a pattern, in modules: three do, half as many if it is turned. Letters are crossed by chance, by few.
SOLID, FEWEST_ROWS = 1.0, 3
# Of so many modules between two patterns, so many are of another colour than the one before: all, but for noise.
IN_A_ROW, ENOUGH = 20, 17
# Grey levels below what is around it, from which on a point is dark.
DARKER = 8
_LIGHT = b"\xff"
_RUNS = re.compile(rb"\x00+|\xff+")

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Finder:
    """Its middle, the size of a module as rows cross it, and how many rows crossed it."""

    x: float
    y: float
    unit: float
    hits: int = 1


@dataclass(frozen=True, kw_only=True)
class Square:
    """The corners of a code in pixels, clockwise; they may lie outside of the picture. ``unit``: size of a module."""

    corners: tuple[Point, ...]
    unit: float

    @property
    def middle(self) -> Point:
        return sum(x for x, _ in self.corners) / 4, sum(y for _, y in self.corners) / 4


def binary(image: Image.Image) -> tuple[Image.Image, int]:
    """Black where the picture is darker than what is around, white elsewhere; and by how much it was reduced."""
    factor = max(1, -(-max(image.size) // LONGEST_SIDE))
    small = image.reduce(factor) if factor > 1 else image
    around = small.filter(ImageFilter.BoxBlur(max(4, max(small.size) // 16)))
    return ImageChops.subtract(small, around, offset=128).point(
        [0 if level < 128 - DARKER else 255 for level in range(256)]
    ), factor


def find_finders(black: Image.Image) -> list[Finder]:
    """The finder patterns of a picture made by ``binary``, those that most rows cross first."""
    (width, height), rows = black.size, black.tobytes()
    columns = black.transpose(Image.Transpose.TRANSPOSE).tobytes()
    found: list[Finder] = []
    step = max(1, height // MOST_LINES)
    for y in range(0, height, step):
        for x, unit in _crossings(rows[y * width : (y + 1) * width]):
            column = columns[int(x) * height : (int(x) + 1) * height]
            down = next((one for one in _crossings(column) if abs(one[0] - y) < 1.5 * unit), None)
            if down is None or not 0.6 < down[1] / unit < 1.6:
                continue
            same = next((n for n, one in enumerate(found) if math.dist((one.x, one.y), (x, down[0])) < 3 * unit), None)
            if same is None:
                found.append(Finder(x=x, y=down[0], unit=unit))
            else:
                one = found[same]
                found[same] = Finder(x=one.x, y=one.y, unit=(one.unit * one.hits + unit) / (one.hits + 1), hits=one.hits + 1)
    solid = [one for one in found if one.hits >= max(FEWEST_ROWS, SOLID * one.unit / step)]
    return sorted(solid, key=lambda one: -one.hits)[:MOST_PATTERNS]


def _crossings(line: bytes) -> Iterator[tuple[float, float]]:
    """Where a line crosses finder patterns: their middle, and the size of a module along the line."""
    ends = [match.end() for match in _RUNS.finditer(line)]
    ends.insert(0, 0)
    # Every other run is dark.
    for number in range(1 if line[:1] == _LIGHT else 0, len(ends) - 5, 2):
        start, first, second, third, fourth, end = ends[number : number + 6]
        middle = third - second
        # Most are no pattern, and this is the quickest way to see it.
        if middle < 1.2 * (second - first) or middle < 1.2 * (fourth - third):
            continue
        unit = (end - start) / 7
        slack = 0.55 * unit + 0.5
        if (
            unit >= SMALLEST_MODULE
            and abs(middle - 3 * unit) <= 1.7 * slack
            and all(abs(length - unit) <= slack for length in (first - start, second - first, fourth - third, end - fourth))
        ):
            yield (second + third) / 2, unit


def find_squares(black: Image.Image, finders: Sequence[Finder]) -> Iterator[Square]:
    """Where codes must be that have two of these patterns; of places that overlap, the one of which most can be seen."""
    found = [(2 * IN_A_ROW, square) for three in permutations(finders, 3) if (square := square_of(*three))]
    for one, other in combinations(finders, 2):
        if not 0.65 < one.unit / other.unit < 1.5:
            continue
        # By their distance alone, two patterns may stand along a side or, of a code turned by 45 degrees, across; and a code
        # may lie on both sides of its edge. Where dark and light modules take turns, it is.
        possible = [(max(_timing(black, *edge) for edge in edges), square) for square, edges in _possible(one, other)]
        turns, square = max(possible, key=operator.itemgetter(0), default=(0, None))
        if square is not None and turns >= ENOUGH:
            found.append((turns, square))
    kept: list[Square] = []
    for _, square in sorted(found, key=lambda one: -one[0]):
        if not any(_overlap(square, better) for better in kept):
            kept.append(square)
            yield square


def _overlap(one: Square, other: Square) -> bool:
    return math.dist(one.middle, other.middle) < MODULES * max(one.unit, other.unit) / 2


def square_of(corner: Finder, right: Finder, below: Finder) -> Square | None:
    """The code that has these three patterns, if they stand as those of one do."""
    sides = [(other.x - corner.x, other.y - corner.y) for other in (right, below)]
    lengths = [math.hypot(*side) for side in sides]
    (across, down), (left, under) = sides
    turned = (across * under - down * left) / math.prod(lengths)
    unit = sum(lengths) / 2 / APART
    if turned < SQUARE or abs(lengths[0] / lengths[1] - 1) > LEEWAY or not 0.6 < corner.unit / unit < 1.6:
        return None
    return _square(corner, (across / APART, down / APART), (left / APART, under / APART), unit=unit)


def _possible(one: Finder, other: Finder) -> Iterator[tuple[Square, list[tuple[Point, Point]]]]:
    """Squares that have these patterns in their corners, with the edges that then have to be there."""
    across, down = other.x - one.x, other.y - one.y
    distance, angle = math.hypot(across, down), math.atan2(down, across)
    unit = (one.unit + other.unit) / 2
    for apart, axis in ((APART, angle), (ACROSS, angle - math.pi / 4)):
        # Rows cross a pattern that is turned at an angle, and find it wider.
        straight = unit * max(abs(math.cos(axis)), abs(math.sin(axis)))
        if abs(distance / straight / apart - 1) > LEEWAY:
            continue
        size = distance / apart
        along = (size * math.cos(axis), size * math.sin(axis))
        aside, opposite = (-along[1], along[0]), (along[1], -along[0])
        if apart == ACROSS:
            square = _square(one, along, aside, unit=size)
            yield square, list(_edges(square))
        else:
            for side in (aside, opposite):
                square = _square(one, along, side, unit=size)
                yield square, [next(_edges(square))]


def _square(start: Finder, along: Point, aside: Point, *, unit: float) -> Square:
    def place(right: float, down: float) -> Point:
        return start.x + right * along[0] + down * aside[0], start.y + right * along[1] + down * aside[1]

    near, far = -3.5, MODULES - 3.5
    return Square(corners=(place(near, near), place(far, near), place(far, far), place(near, far)), unit=unit)


def _edges(square: Square) -> Iterator[tuple[Point, Point]]:
    """Where dark and light modules take turns, from pattern to pattern: seven modules inside of each side, the first first."""
    for number in range(4):
        start, end = square.corners[number], square.corners[(number + 1) % 4]
        inside = square.corners[(number + 3) % 4]

        def place(along: float, down: float, *, start: Point = start, end: Point = end, inside: Point = inside) -> Point:
            x, y = (
                start[axis] + (along * (end[axis] - start[axis]) + down * (inside[axis] - start[axis])) / MODULES
                for axis in (0, 1)
            )
            return x, y

        yield place(8, 6.5), place(MODULES - 8, 6.5)


def _timing(black: Image.Image, start: Point, end: Point) -> int:
    """How often light and dark take turns on some twenty modules in a row between two patterns; less where it is cut off."""
    across, down = (end[0] - start[0]) / (MODULES - 16), (end[1] - start[1]) / (MODULES - 16)
    most = 0
    for aside in (-0.8, -0.4, 0, 0.4, 0.8):
        levels = []
        for step in range(2 * (MODULES - 16) + 1):
            x = start[0] + across * step / 2 - down * aside
            y = start[1] + down * step / 2 + across * aside
            inside = 0 <= x < black.width and 0 <= y < black.height
            levels.append(black.getpixel((int(x), int(y))) if inside else None)
        turns = [None not in (a, b) and a != b for a, b in pairwise(levels)]
        most = max(most, *(sum(turns[place : place + 2 * IN_A_ROW]) for place in range(len(turns) - 2 * IN_A_ROW + 1)))
    return most


def crosses_border(black: Image.Image, finder: Finder) -> bool:
    """Whether modules as large as this pattern's go on up to the picture's border near it, for more than a dozen of them."""
    reach = MODULES * finder.unit
    inset = max(1, int(finder.unit))
    turned = black.transpose(Image.Transpose.TRANSPOSE)
    for picture, x, y in ((black, finder.x, finder.y), (turned, finder.y, finder.x)):
        for line in (inset, picture.height - 1 - inset):
            if abs(line - y) < reach and _has_modules(picture, line, x, reach=reach, unit=finder.unit):
                return True
    return False


def _has_modules(picture: Image.Image, line: int, x: float, *, reach: float, unit: float) -> bool:
    row = picture.crop((max(0, int(x - reach)), line, min(picture.width, int(x + reach)), line + 1)).tobytes()
    in_a_row = 0
    for match in _RUNS.finditer(row):
        in_a_row = in_a_row + 1 if SHORTEST * unit < match.end() - match.start() < LONGEST * unit else 0
        if in_a_row > 12:
            return True
    return False
