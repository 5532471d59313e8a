"""A code whose place was found but not its text: laid flat, read module by module, and decoded as if it had just been drawn.

For crumpled or curved paper, a lamp's shine or a stain on the patterns that readers steer by, and blur. What comes out counts
only if the code's own error correction agrees, as everywhere else.
"""

import math
import operator
from collections.abc import Iterator, Sequence
from functools import cache

import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from clea_portal.scanning.inspection import perspective, solve
from clea_portal.scanning.symbols import FORMATS, Symbol

# CLEA codes are of version 12: so many modules, and alignment patterns at the crossings of these lines.
MODULES = 65
LINES = (6, 32, 58)
MARGIN = 6
SIDE = MODULES + 2 * MARGIN
# Pixels to a module once it lies flat. Places are found to a pixel, a sixth of a module.
FINE = 6
# Modules between the points at which paper may be bent, and how far they may move.
STEP = 2
FURTHEST = 4
# Patterns that must be in sight, of nine.
ENOUGH = 5
# How a module's neighbours shine into it is undone in these strengths, one after the other.
STRENGTHS = (0, 12, 24, 36, 48)

Point = tuple[float, float]
Moves = dict[tuple[int, int], Point]
Phases = dict[tuple[int, int], Image.Image]
# How far a level is from the middle, twice. Nothing at all is no module.
_DISTANCE = [min(255, 2 * abs(level - 128)) for level in range(256)]


def decode_flattened(image: Image.Image, symbol: Symbol) -> str | None:
    """The text of a code of version 12 that lies within these corners, or None."""
    corners = [(x * image.width, y * image.height) for x, y in symbol.corners]
    if not _is_plausible(corners):
        return None
    even = _even(_straighten(image, corners))
    for levels in _levels(_upright(even)):
        for text in _decode(levels):
            return text
    return None


def _is_plausible(corners: list[Point]) -> bool:
    """Whether a code seen at no more than some sixty degrees can have such corners: not those of two codes taken together."""
    sides = [math.dist(corner, following) for corner, following in zip(corners, corners[1:] + corners[:1], strict=True)]
    return bool(sides) and min(sides) > MODULES and max(sides) < 2.2 * min(sides)


def _upright(even: Image.Image) -> Image.Image:
    """Dark on light: turned where the middles of the finder patterns are lighter than what is around them."""
    level = even.resize((SIDE, SIDE), Image.Resampling.BOX).tobytes()
    ends = (MARGIN + 3, MARGIN + MODULES - 4)
    middles = [(x, y) for x in ends for y in ends if (x, y) != (ends[1], ends[1])]
    lighter = sum(
        4 * level[y * SIDE + x]
        > sum(level[place] for place in (y * SIDE + x - 2, y * SIDE + x + 2, (y - 2) * SIDE + x, (y + 2) * SIDE + x))
        for x, y in middles
    )
    return ImageOps.invert(even) if lighter >= 2 else even


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


def _levels(even: Image.Image) -> Iterator[Image.Image]:
    """The level of each module, first as the paper lies, then as it lies once its bends are followed."""
    phases = _phases(even)
    yield _cut(phases[FINE // 2, FINE // 2])
    known = _known_places(phases, reach=FURTHEST)
    if len(known) < ENOUGH:
        return
    flatter = _bend_back(even, _surface(known))
    phases = _phases(flatter)
    yield _cut(phases[FINE // 2, FINE // 2])
    flat = _bend_back(flatter, _follow(phases, _known_places(phases, reach=1)))
    yield _cut(_sample(flat, FINE // 2, FINE // 2))


def _phases(even: Image.Image) -> Phases:
    return {(x, y): _sample(even, x, y) for x in range(FINE) for y in range(FINE)}


def _cut(levels: Image.Image) -> Image.Image:
    return levels.crop((MARGIN, MARGIN, MARGIN + MODULES, MARGIN + MODULES))


def _surface(known: Moves) -> Moves:
    """The smooth surface of second degree that goes closest to what is known, on the coarse grid."""

    def terms(x: float, y: float) -> list[float]:
        u, v = (x - MODULES / 2) / MODULES * 2, (y - MODULES / 2) / MODULES * 2
        return [1, u, v, u * u, u * v, v * v]

    rows = [terms(x, y) for x, y in known]
    stiffness = (1e-6, 1e-3, 1e-3, 0.05, 0.05, 0.05)
    products = [
        [sum(row[i] * row[j] for row in rows) + (stiffness[i] if i == j else 0) for j in range(len(stiffness))]
        for i in range(len(stiffness))
    ]
    weights = [
        solve(
            products,
            [sum(row[i] * move[axis] for row, move in zip(rows, known.values(), strict=True)) for i in range(len(stiffness))],
        )
        for axis in (0, 1)
    ]
    grid = [(x, y) for x in range(0, SIDE, STEP) for y in range(0, SIDE, STEP)]
    across, down = ([sum(map(operator.mul, one, terms(x - MARGIN, y - MARGIN))) for x, y in grid] for one in weights)
    return dict(zip(grid, zip(across, down, strict=True), strict=True))


def _sample(even: Image.Image, x: int, y: int) -> Image.Image:
    """One pixel of each module."""
    # Pillow looks at the middle of an output pixel, half a pixel from its edge.
    matrix = (FINE, 0, x - FINE / 2 + 0.5, 0, FINE, y - FINE / 2 + 0.5)
    return even.transform((SIDE, SIDE), Image.Transform.AFFINE, matrix, Image.Resampling.NEAREST, fillcolor=128)


def _known_places(phases: Phases, *, reach: int) -> Moves:
    """Where the patterns are that every code has, and how far from where they should be; those that are in sight."""
    found: Moves = {}
    finder = ((3, 3), (MODULES - 4, 3), (3, MODULES - 4))
    crossings = [(x, y) for x in LINES for y in LINES if (x, y) not in ((6, 6), (58, 6), (6, 58))]
    for kernel, places, furthest in ((_FINDER, finder, min(reach, 2)), (_ALIGNMENT, crossings, reach)):
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


def _follow(phases: Phases, known: Moves) -> Moves:
    """How far each point of a coarse grid has moved, found from its neighbours on, beginning where it is known.

    In the middle of a module the picture is darkest or lightest, at its edge in between: where the levels around a point are
    furthest from the middle, the modules are.
    """
    clarity = {phase: sample.point(_DISTANCE).filter(ImageFilter.BoxBlur(2)).tobytes() for phase, sample in phases.items()}
    moves: Moves = {}

    def clearest(x: int, y: int, guess: Point) -> Point:
        best, move = -1, guess
        for across in range(round(guess[0] * FINE) - 2, round(guess[0] * FINE) + 3):
            for down in range(round(guess[1] * FINE) - 2, round(guess[1] * FINE) + 3):
                column, sub_x = divmod(across + FINE // 2, FINE)
                row, sub_y = divmod(down + FINE // 2, FINE)
                if (
                    0 <= x + column < SIDE
                    and 0 <= y + row < SIDE
                    and (score := clarity[sub_x, sub_y][(y + row) * SIDE + x + column]) > best
                ):
                    best, move = score, (across / FINE, down / FINE)
        return move

    for (x, y), move in known.items():
        moves[STEP * round((x + MARGIN) / STEP), STEP * round((y + MARGIN) / STEP)] = move
    settled = list(moves)
    grid = [(x, y) for x in range(0, SIDE, STEP) for y in range(0, SIDE, STEP) if (x, y) not in moves]
    # All that is known grows at the same pace, so that the way to each point is the shortest.
    for x, y in sorted(grid, key=lambda place: min(math.dist(place, one) for one in settled)):
        moves[x, y] = clearest(x, y, _expect(x, y, _near(moves, x, y)))
    return {(x, y): clearest(x, y, _expect(x, y, _near(moves, x, y))) for x, y in moves}


def _near(moves: Moves, x: int, y: int) -> list[tuple[int, int, Point]]:
    """Up to 24 points around one, that one left out: how many steps away each is, and its move."""
    return [
        (column, row, moves[place])
        for column in range(-2, 3)
        for row in range(-2, 3)
        if (column or row) and (place := (x + STEP * column, y + STEP * row)) in moves
    ]


def _expect(x: int, y: int, near: Sequence[tuple[int, int, Point]]) -> Point:
    """The move of a point of a plane through its neighbours; the fewer they are, the less it slants."""
    count = len(near)
    if not count:
        return 0, 0
    left, top = sum(column for column, _, _ in near) / count, sum(row for _, row, _ in near) / count
    xx = sum((column - left) ** 2 for column, _, _ in near) + 4
    yy = sum((row - top) ** 2 for _, row, _ in near) + 4
    xy = sum((column - left) * (row - top) for column, row, _ in near)
    expected = []
    for axis in (0, 1):
        middle = sum(move[axis] for _, _, move in near) / count
        xz = sum((column - left) * (move[axis] - middle) for column, _, move in near)
        yz = sum((row - top) * (move[axis] - middle) for _, row, move in near)
        below = xx * yy - xy * xy
        expected.append(middle - left * (xz * yy - yz * xy) / below - top * (yz * xx - xz * xy) / below)
    return expected[0], expected[1]


def _bend_back(even: Image.Image, moves: Moves) -> Image.Image:
    mesh = []
    for x, y in moves:
        corners = [(x, y), (x, y + STEP), (x + STEP, y + STEP), (x + STEP, y)]
        if all(corner in moves for corner in corners):
            box = tuple(round((place + 0.5) * FINE) for place in (x, y, x + STEP, y + STEP))
            quad = tuple((place + 0.5 + moves[corner][axis]) * FINE for corner in corners for axis, place in enumerate(corner))
            mesh.append((box, quad))
    return even.transform(even.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR, fillcolor=128) if mesh else even


def _decode(levels: Image.Image) -> Iterator[str]:
    """Texts of the modules as they stand, then with what shone into them from their neighbours taken away."""
    for strength in STRENGTHS:
        clear = levels.filter(_clearing(strength)) if strength else levels
        yield from (barcode.text for barcode in _read(_draw(clear)) if barcode.valid)


@cache
def _clearing(strength: int) -> ImageFilter.Kernel:
    corner, edge = -strength // 2, -strength
    return ImageFilter.Kernel(
        (3, 3), (corner, edge, corner, edge, 100 - 4 * (corner + edge), edge, corner, edge, corner), scale=100
    )


def _read(drawn: Image.Image) -> list[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(
        drawn,
        formats=FORMATS,
        text_mode=zxingcpp.TextMode.Plain,
        binarizer=zxingcpp.Binarizer.BoolCast,
        try_rotate=False,
        try_downscale=False,
        try_invert=False,
    )


def _draw(levels: Image.Image) -> Image.Image:
    modules = levels.point([255 if level >= 128 else 0 for level in range(256)])
    pattern, mask = _patterns()
    modules.paste(pattern, mask=mask)
    page = Image.new("L", (MODULES + 8, MODULES + 8), 255)
    page.paste(modules, (4, 4))
    return page.resize((page.width * 2, page.height * 2), Image.Resampling.NEAREST)


@cache
def _patterns() -> tuple[Image.Image, Image.Image]:
    """What every code of version 12 has at the same places, and a mask of these places. Format and version are left as read."""
    pattern, mask = Image.new("L", (MODULES, MODULES), 255), Image.new("L", (MODULES, MODULES), 0)
    pen, cover = ImageDraw.Draw(pattern), ImageDraw.Draw(mask)
    last = MODULES - 1
    for step in range(8, MODULES - 8):
        pen.point([(step, 6), (6, step)], fill=255 * (step % 2))
        cover.point([(step, 6), (6, step)], fill=255)
    for x, y in [(x, y) for x in LINES for y in LINES if (x, y) not in ((6, 6), (58, 6), (6, 58))]:
        cover.rectangle((x - 2, y - 2, x + 2, y + 2), fill=255)
        pen.rectangle((x - 2, y - 2, x + 2, y + 2), fill=0)
        pen.rectangle((x - 1, y - 1, x + 1, y + 1), fill=255)
        pen.point((x, y), fill=0)
    for x, y in ((0, 0), (last - 6, 0), (0, last - 6)):
        cover.rectangle((x - 1, y - 1, x + 7, y + 7), fill=255)
        pen.rectangle((x - 1, y - 1, x + 7, y + 7), fill=255)
        pen.rectangle((x, y, x + 6, y + 6), fill=0)
        pen.rectangle((x + 1, y + 1, x + 5, y + 5), fill=255)
        pen.rectangle((x + 2, y + 2, x + 4, y + 4), fill=0)
    return pattern, mask
