"""How bent paper lies: followed from the finder patterns on, where it is clearest first."""

import heapq
from collections.abc import Mapping, Sequence

from PIL import Image, ImageFilter

from clea_portal.scanning.codewords import MODULES
from clea_portal.scanning.fields import MARGIN, SIDE

# Pixels to a module once it lies flat. Places are found to a pixel, a sixth of a module.
FINE = 6
# Modules between the points at which paper may be bent.
STEP = 2
# Pixels that a point may lie off the plane through its neighbours.
_REACH = 1

Point = tuple[float, float]
Place = tuple[int, int]
Moves = dict[Place, Point]
Phases = dict[Place, Image.Image]
# How far a level is from the middle, twice. Nothing at all is no module.
_DISTANCE = [min(255, 2 * abs(level - 128)) for level in range(256)]


def follow(phases: Phases, known: Mapping[Place, Point]) -> Moves:
    """How far each point of a coarse grid has moved, in modules; ``known``: modules of which that is known.

    ``phases``: one pixel of each module, for each pixel that it has. In the middle of a module the picture is darkest or
    lightest, at its edge in between: where the levels around a point are furthest from the middle, the modules are.
    """
    clarity = {phase: sample.point(_DISTANCE).filter(ImageFilter.BoxBlur(2)).tobytes() for phase, sample in phases.items()}
    moves: Moves = {}
    waiting: list[tuple[int, Place]] = []

    def clearest(place: Place) -> tuple[int, Point]:
        best, move = -1, (guess := _expect(_near(moves, place)))
        across, down = (round(part * FINE) for part in guess)
        for right in range(across - _REACH, across + _REACH + 1):
            column, sub_x = divmod(right + FINE // 2, FINE)
            for below in range(down - _REACH, down + _REACH + 1):
                row, sub_y = divmod(below + FINE // 2, FINE)
                x, y = place[0] + column, place[1] + row
                if 0 <= x < SIDE and 0 <= y < SIDE and (level := clarity[sub_x, sub_y][y * SIDE + x]) > best:
                    best, move = level, (right / FINE, below / FINE)
        return best, move

    def wait_around(place: Place) -> None:
        for across in (-STEP, 0, STEP):
            for down in (-STEP, 0, STEP):
                beside = place[0] + across, place[1] + down
                if beside in _INNER and beside not in moves:
                    heapq.heappush(waiting, (-clearest(beside)[0], beside))

    for (x, y), move in known.items():
        moves[STEP * round((x + MARGIN) / STEP), STEP * round((y + MARGIN) / STEP)] = move
    for place in list(moves):
        wait_around(place)
    # What is clear is followed before what is not, so that a shadow or a stain is reached from all of its sides.
    while waiting:
        _, place = heapq.heappop(waiting)
        if place not in moves:
            moves[place] = clearest(place)[1]
            wait_around(place)
    settled = {place: clearest(place)[1] for place in moves}
    return {place: settled[nearest] for place, nearest in _GRID.items()} if settled else {}


def _near(moves: Moves, place: Place) -> list[tuple[int, int, Point]]:
    """Up to 24 points around one, that one left out: how many steps away each is, and its move."""
    x, y = place
    return [
        (column, row, moves[other])
        for column in range(-2, 3)
        for row in range(-2, 3)
        if (column or row) and (other := (x + STEP * column, y + STEP * row)) in moves
    ]


def _expect(near: Sequence[tuple[int, int, Point]]) -> Point:
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


_ALL = [(x, y) for x in range(0, SIDE, STEP) for y in range(0, SIDE, STEP)]
_FIRST_INNER, _LAST_INNER = STEP * (MARGIN // STEP - 1), STEP * ((MARGIN + MODULES + 1) // STEP)
# There is something to follow only in the code itself. Beyond it, paper goes on as at its edge.
_GRID = {(x, y): (min(max(x, _FIRST_INNER), _LAST_INNER), min(max(y, _FIRST_INNER), _LAST_INNER)) for x, y in _ALL}
_INNER = frozenset(_GRID.values())
