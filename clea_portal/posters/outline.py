"""The dark modules of a symbol as the outline of its shapes, to be filled.

Filled, not stroked line by line: some PDF readers and printer drivers move strokes to whole pixels, which makes modules of
uneven width, and squares laid side by side show hairlines between them.
"""

from collections.abc import Iterable, Iterator, Sequence

Point = tuple[int, int]
_RIGHT, _DOWN, _LEFT, _UP = (1, 0), (0, 1), (-1, 0), (0, -1)


def outline_path(rows: Sequence[Sequence[int]], *, offset: int) -> str:
    """SVG path data, one unit per module, moved right and down by `offset` units. The same rows give the same path."""
    ways = _edges(rows)
    contours = []
    while ways:
        start = next(iter(ways))
        lines = "".join(f"h{x}" if x else f"v{y}" for x, y in _straights(_walk(ways, start)))
        contours.append(f"M{start[0] + offset} {start[1] + offset}{lines}z")
    return "".join(contours)


def _edges(rows: Sequence[Sequence[int]]) -> dict[Point, list[Point]]:
    """From each corner, the directions in which an edge leaves it, the dark side always on the right hand."""
    ways: dict[Point, list[Point]] = {}
    blank = bytes(len(rows[0]))
    for y, (above, below) in enumerate(zip([blank, *rows], [*rows, blank], strict=True)):
        for x, (upper, lower) in enumerate(zip(above, below, strict=True)):
            if upper < lower:
                ways.setdefault((x, y), []).append(_RIGHT)
            elif upper > lower:
                ways.setdefault((x + 1, y), []).append(_LEFT)
    for y, row in enumerate(rows):
        for x, (left, right) in enumerate(zip(b"\0" + bytes(row), bytes(row) + b"\0", strict=True)):
            if left < right:
                ways.setdefault((x, y + 1), []).append(_UP)
            elif left > right:
                ways.setdefault((x, y), []).append(_DOWN)
    return ways


def _walk(ways: dict[Point, list[Point]], start: Point) -> Iterator[Point]:
    """Directions of the edges from `start` back to it, used up on the way.

    As many edges enter a corner as leave it, so the walk closes; which way it takes where two shapes touch changes nothing
    in what is filled.
    """
    x, y = start
    while True:
        direction = ways[x, y].pop()
        if not ways[x, y]:
            del ways[x, y]
        yield direction
        x, y = x + direction[0], y + direction[1]
        if (x, y) == start:
            return


def _straights(directions: Iterable[Point]) -> Iterator[Point]:
    """Runs of one direction as single lines."""
    line = (0, 0)
    for x, y in directions:
        if line[0] * y or line[1] * x:
            yield line
            line = (0, 0)
        line = (line[0] + x, line[1] + y)
    yield line
