"""Why a code that is there was not read: part of it lies outside of the picture, or a bright spot hides part of it."""

from collections.abc import Sequence

from PIL import Image, ImageFilter

from clea_portal.scanning.finders import MODULES, Square, binary, crosses_border, find_finders, find_squares
from clea_portal.scanning.results import Advice
from clea_portal.scanning.symbols import Symbol

# Modules that may lie outside before it counts: places are found to a module or two.
OUTSIDE = 2
# No code has a light area of so many modules by so many: masks are chosen against it.
BRIGHT_MODULES = 11
# How close to the lightest modules its level has to be, in parts of the contrast.
AS_LIGHT = 0.15


def find_cause(image: Image.Image, symbols: Sequence[Symbol]) -> Advice | None:
    """CUT_OFF or REFLECTION where either can be seen in a grey picture; ``symbols``: codes that were seen and not decoded."""
    black, factor = binary(image)
    finders = find_finders(black)
    squares = [_scaled(square, factor) for square in find_squares(black, finders)]
    squares += [_seen(image, symbol) for symbol in symbols if symbol.corners]
    for square in squares:
        if any(_is_outside(corner, image, by=OUTSIDE * square.unit) for corner in square.corners):
            return Advice.CUT_OFF
        if _has_bright_spot(image, square):
            return Advice.REFLECTION
    if not squares and any(crosses_border(black, finder) for finder in finders):
        return Advice.CUT_OFF
    return None


def _scaled(square: Square, factor: int) -> Square:
    return Square(corners=tuple((x * factor, y * factor) for x, y in square.corners), unit=square.unit * factor)


def _seen(image: Image.Image, symbol: Symbol) -> Square:
    corners = tuple((x * image.width, y * image.height) for x, y in symbol.corners)
    size = min(symbol.right - symbol.left, symbol.bottom - symbol.top)
    return Square(corners=corners, unit=size * min(image.size) / MODULES)


def _is_outside(corner: tuple[float, float], image: Image.Image, *, by: float) -> bool:
    x, y = corner
    return not (-by < x < image.width + by and -by < y < image.height + by)


def _has_bright_spot(image: Image.Image, square: Square) -> bool:
    """Whether an area within the code is as light as paper where modules should be."""
    first, second, third, fourth = square.corners
    # Pillow wants top left, bottom left, bottom right, top right.
    flat = image.transform(
        (4 * MODULES, 4 * MODULES), Image.Transform.QUAD, (*first, *fourth, *third, *second), Image.Resampling.BILINEAR
    )
    modules = flat.resize((MODULES, MODULES), Image.Resampling.BOX)
    levels = sorted(modules.tobytes())
    dark, light = levels[len(levels) // 10], levels[-len(levels) // 10]
    least = light - AS_LIGHT * (light - dark)
    spot = modules.point([255 if level >= least else 0 for level in range(256)]).filter(ImageFilter.MinFilter(BRIGHT_MODULES))
    # Wholly within: around the code, paper is light.
    inner = BRIGHT_MODULES // 2
    return spot.crop((inner, inner, MODULES - inner, MODULES - inner)).getextrema()[1] == 255
