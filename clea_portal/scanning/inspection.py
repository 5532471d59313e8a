"""How well a code in a picture can be read: measured on the code itself, straightened and with its quiet zone."""

import math
from collections.abc import Sequence

from PIL import Image

from clea_portal.scanning.measures import sharpness
from clea_portal.scanning.results import Inspection
from clea_portal.scanning.symbols import Symbol

# CLEA codes are of version 12; around the modules, four more of quiet zone (ISO/IEC 18004).
MODULES = 65
QUIET_MODULES = 4
_SIDE = MODULES + 2 * QUIET_MODULES
# Each module is drawn as so many pixels, of which the middle one is looked at.
_PIXELS = 5


def inspect(image: Image.Image, symbol: Symbol, *, needed_help: bool) -> Inspection:
    """Measure one code that was seen in a grey picture."""
    corners = [(x * image.width, y * image.height) for x, y in symbol.corners]
    sides = [math.dist(corner, following) for corner, following in zip(corners, corners[1:] + corners[:1], strict=True)]
    straight = _straighten(image, corners)
    ring, inside = _middles(straight)
    dark, light = _part(inside, 0.1), _part(inside, 0.9)
    middle = (dark + light) / 2
    left, top, right, bottom = (round(edge) for edge in _box(corners))
    return Inspection(
        module_pixels=round(min(sides) / MODULES, 2),
        contrast=round((light - dark) / 255, 3),
        sharpness=round(
            sharpness(image.crop((max(0, left), max(0, top), min(image.width, right), min(image.height, bottom)))), 3
        ),
        quiet=round(sum(level > middle for level in ring) / len(ring), 3),
        slant=round(1 - min(sides) / max(*sides, 1), 3),
        needed_help=needed_help,
    )


def _box(corners: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    across, down = zip(*corners, strict=True)
    return min(across), min(down), max(across), max(down)


def _straighten(image: Image.Image, corners: Sequence[tuple[float, float]]) -> Image.Image:
    """The code with its quiet zone, seen from straight ahead; what lies outside of the picture is black."""
    inner, outer = QUIET_MODULES * _PIXELS, (QUIET_MODULES + MODULES) * _PIXELS
    drawn = [(inner, inner), (outer, inner), (outer, outer), (inner, outer)]
    size = _SIDE * _PIXELS
    return image.transform((size, size), Image.Transform.PERSPECTIVE, perspective(drawn, corners), Image.Resampling.BILINEAR)


def _middles(straight: Image.Image) -> tuple[list[int], list[int]]:
    """Levels in the middle of each module: of the quiet zone, then of the code."""
    small = straight.resize((_SIDE, _SIDE), Image.Resampling.BOX)
    levels = list(small.tobytes())
    ring: list[int] = []
    inside: list[int] = []
    for number, level in enumerate(levels):
        row, column = divmod(number, _SIDE)
        is_inside = all(QUIET_MODULES <= place < QUIET_MODULES + MODULES for place in (row, column))
        (inside if is_inside else ring).append(level)
    return ring, inside


def _part(levels: Sequence[int], part: float) -> int:
    return sorted(levels)[round(part * (len(levels) - 1))]


def perspective(flat: Sequence[tuple[float, float]], seen: Sequence[tuple[float, float]]) -> list[float]:
    """The eight numbers by which Pillow finds, for each point of the flat picture, where it is seen."""
    rows: list[list[float]] = []
    wanted: list[float] = []
    for (x, y), (u, v) in zip(flat, seen, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    return solve(rows, wanted)


def solve(rows: list[list[float]], wanted: list[float]) -> list[float]:
    """Gauss\'s elimination with pivots: eight unknowns, so no library is loaded into the child for it."""
    table = [[*row, value] for row, value in zip(rows, wanted, strict=True)]
    for column in range(len(table)):
        pivot = max(range(column, len(table)), key=lambda row: abs(table[row][column]))
        table[column], table[pivot] = table[pivot], table[column]
        lead = table[column][column] or 1e-12
        table[column] = [value / lead for value in table[column]]
        for row, values in enumerate(table):
            if row != column and values[column]:
                table[row] = [value - values[column] * base for value, base in zip(values, table[column], strict=True)]
    return [row[-1] for row in table]
