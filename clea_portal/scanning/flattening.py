"""A code whose place was found but not its text: laid flat, read module by module, and decoded as if it had just been drawn.

For crumpled or curved paper, a lamp's shine or a stain on the patterns that readers steer by, and blur. What comes out counts
only if the code's own error correction agrees, as everywhere else.
"""

import math
from collections.abc import Iterator, Sequence
from functools import cache

from PIL import Image, ImageChops, ImageFilter, ImageOps

from clea_portal.scanning.codewords import ALIGNED, MODULES
from clea_portal.scanning.drawing import decode_modules
from clea_portal.scanning.fields import MARGIN, SIDE
from clea_portal.scanning.following import FINE, STEP, Moves, Phases, Point, follow
from clea_portal.scanning.inspection import perspective
from clea_portal.scanning.restoring import BENT, FLAT, restore, softness
from clea_portal.scanning.symbols import Symbol

# Modules that alignment patterns may have moved.
FURTHEST = 4
# Patterns that must be in sight, of nine.
ENOUGH = 5
# How a module's neighbours shine into it is undone in these strengths, one after the other.
STRENGTHS = (0, 12, 24, 36, 48)
# Sigmas of a blur, in modules: up to the one, bends can be followed; from the other on, there is blur to undo.
CLEAR, SOFT = 0.6, 0.36


def decode_flattened(image: Image.Image, symbol: Symbol) -> str | None:
    """The text of a code of version 12 that lies within these corners, or None."""
    return next((text for text in flatten(image, symbol, is_blurred=True) if text is not None), None)


def flatten(image: Image.Image, symbol: Symbol, *, is_blurred: bool) -> Iterator[str | None]:
    """As ``decode_flattened``, step by step: None after each that finds nothing, so that whoever waits can give up.

    ``is_blurred``: if nothing else helps, also undo blur, which takes longest.
    """
    corners = [(x * image.width, y * image.height) for x, y in symbol.corners]
    if not _is_plausible(corners):
        return
    straight = _straighten(image, corners)
    even = _even(straight)
    if _is_light_on_dark(even):
        straight, even = ImageOps.invert(straight), ImageOps.invert(even)
    yield _decode(_levels(even))
    phases = _phases(even)
    known = _known_places(phases, reach=FURTHEST)
    if len(known) >= ENOUGH:
        moves = follow(phases, known)
        yield _decode(_levels(_bend_back(even, moves)))
        flat = _bend_back(straight, moves)
        if softness(flat) <= CLEAR:
            yield from restore(flat, how=BENT)
    if is_blurred and softness(straight) >= SOFT:
        yield from restore(straight, how=FLAT)


def _is_plausible(corners: list[Point]) -> bool:
    """Whether a code seen at no more than some sixty degrees can have such corners: not those of two codes taken together."""
    sides = [math.dist(corner, following) for corner, following in zip(corners, corners[1:] + corners[:1], strict=True)]
    return bool(sides) and min(sides) > MODULES and max(sides) < 2.2 * min(sides)


def _is_light_on_dark(even: Image.Image) -> bool:
    """Whether the middles of the finder patterns are lighter than what is around them."""
    level = even.resize((SIDE, SIDE), Image.Resampling.BOX).tobytes()
    ends = (MARGIN + 3, MARGIN + MODULES - 4)
    middles = [(x, y) for x in ends for y in ends if (x, y) != (ends[1], ends[1])]
    lighter = sum(
        4 * level[y * SIDE + x]
        > sum(level[place] for place in (y * SIDE + x - 2, y * SIDE + x + 2, (y - 2) * SIDE + x, (y + 2) * SIDE + x))
        for x, y in middles
    )
    return lighter >= 2


def _straighten(image: Image.Image, corners: Sequence[Point]) -> Image.Image:
    inner, outer = MARGIN * FINE, (MARGIN + MODULES) * FINE
    drawn = [(inner, inner), (outer, inner), (outer, outer), (inner, outer)]
    coefficients = perspective(drawn, corners)
    size = (SIDE * FINE, SIDE * FINE)
    return image.transform(size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC, fillcolor=255)


def _even(straight: Image.Image) -> Image.Image:
    """Mid-grey between the lightest and the darkest around each point becomes 128: shadows and veils disappear."""
    small = straight.filter(ImageFilter.GaussianBlur(FINE / 4)).resize((2 * SIDE, 2 * SIDE), Image.Resampling.BOX)
    dark = small.filter(ImageFilter.MinFilter(11)).filter(ImageFilter.BoxBlur(4))
    light = small.filter(ImageFilter.MaxFilter(11)).filter(ImageFilter.BoxBlur(4))
    middle = Image.blend(dark, light, 0.5).resize(straight.size, Image.Resampling.BILINEAR)
    return ImageChops.subtract(straight, middle, scale=0.6, offset=128)


def _levels(even: Image.Image) -> Image.Image:
    """The level in the middle of each module."""
    return _sample(even, FINE // 2, FINE // 2).crop((MARGIN, MARGIN, MARGIN + MODULES, MARGIN + MODULES))


def _phases(even: Image.Image) -> Phases:
    return {(x, y): _sample(even, x, y) for x in range(FINE) for y in range(FINE)}


def _sample(even: Image.Image, x: int, y: int) -> Image.Image:
    """One pixel of each module."""
    # Pillow looks at the middle of an output pixel, half a pixel from its edge.
    matrix = (FINE, 0, x - FINE / 2 + 0.5, 0, FINE, y - FINE / 2 + 0.5)
    return even.transform((SIDE, SIDE), Image.Transform.AFFINE, matrix, Image.Resampling.NEAREST, fillcolor=128)


def _known_places(phases: Phases, *, reach: int) -> Moves:
    """Where the patterns are that every code has, and how far from where they should be; those that are in sight."""
    found: Moves = {}
    finder = ((3, 3), (MODULES - 4, 3), (3, MODULES - 4))
    for kernel, places, furthest in ((_FINDER, finder, min(reach, 2)), (_ALIGNMENT, ALIGNED, reach)):
        answers = {phase: sample.filter(kernel).tobytes() for phase, sample in phases.items()}
        for x, y in places:
            best: float = _LEAST
            move: Point | None = None
            for (sub_x, sub_y), answer in answers.items():
                for column in range(-furthest, furthest + 1):
                    for row in range(-furthest, furthest + 1):
                        across, down = column + (sub_x - FINE // 2) / FINE, row + (sub_y - FINE // 2) / FINE
                        score = answer[(MARGIN + y + row) * SIDE + MARGIN + x + column] - 3 * math.hypot(across, down)
                        if score > best:
                            best, move = score, (across, down)
            if move is not None:
                found[x, y] = move
    return found


def _kernel(rows: Sequence[Sequence[int]]) -> ImageFilter.Kernel:
    weights = [weight for row in rows for weight in row]
    return ImageFilter.Kernel((5, 5), weights, scale=sum(map(abs, weights)), offset=128)


# Dark is low: the answer is high where the dark modules of the pattern are dark and the light ones light.
_ALIGNMENT = _kernel(
    [[-4, -4, -4, -4, -4], [-4, 9, 9, 9, -4], [-4, 9, -8, 9, -4], [-4, 9, 9, 9, -4], [-4, -4, -4, -4, -4]],
)
_FINDER = _kernel([[4, 4, 4, 4, 4], [4, -7, -7, -7, 4], [4, -7, -8, -7, 4], [4, -7, -7, -7, 4], [4, 4, 4, 4, 4]])
_LEAST = 128 + 30


def _bend_back(even: Image.Image, moves: Moves) -> Image.Image:
    mesh = []
    for x, y in moves:
        corners = [(x, y), (x, y + STEP), (x + STEP, y + STEP), (x + STEP, y)]
        if all(corner in moves for corner in corners):
            box = tuple(round((place + 0.5) * FINE) for place in (x, y, x + STEP, y + STEP))
            quad = tuple((place + 0.5 + moves[corner][axis]) * FINE for corner in corners for axis, place in enumerate(corner))
            mesh.append((box, quad))
    return even.transform(even.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR, fillcolor=128) if mesh else even


def _decode(levels: Image.Image) -> str | None:
    """The text of the modules as they stand, then with what shone into them from their neighbours taken away."""
    for strength in STRENGTHS:
        text = decode_modules(levels.filter(_clearing(strength)) if strength else levels)
        if text is not None:
            return text
    return None


@cache
def _clearing(strength: int) -> ImageFilter.Kernel:
    corner, edge = -strength // 2, -strength
    return ImageFilter.Kernel(
        (3, 3), (corner, edge, corner, edge, 100 - 4 * (corner + edge), edge, corner, edge, corner), scale=100
    )
