"""Where a picture shows what is expected in it, and the picture moved to there."""

from functools import cache

from PIL import Image

from clea_portal.scanning.fields import INNER, SIDE, Field, compute, even, less, mean, numbers, shift, smooth, times
from clea_portal.scanning.following import FINE

# Modules on each side of the code that are compared with the picture.
_COMPARED = 2
# Modules between the points at which the picture may be bent.
_MESH = 3


@cache
def compared() -> Field:
    field = even(0)
    field.paste(1.0, (INNER[0] - _COMPARED, INNER[1] - _COMPARED, INNER[2] + _COMPARED, INNER[3] + _COMPARED))
    return field


def displacement(wanted: Field, expected: Field, parts: int) -> tuple[Field, Field]:
    """By how many modules each place of the picture shows what is expected to the right and below of it (Lucas and Kanade)."""
    slopes = [
        compute(lambda given: (given["a"] - given["b"]) * 0.5, a=shift(expected, x, y), b=shift(expected, -x, -y))
        for x, y in ((1, 0), (0, 1))
    ]
    across, down = slopes
    off = times(less(wanted, expected), compared())
    xx, xy, yy, xo, yo = (
        smooth(times(one, other), parts)
        for one, other in ((across, across), (across, down), (down, down), (across, off), (down, off))
    )
    # Where little can be seen, nothing moves.
    stiff = 0.03 * (mean(xx) + mean(yy))
    fields = {"xx": xx, "xy": xy, "yy": yy, "xo": xo, "yo": yo}
    moved_across = compute(
        lambda given: (
            (given["xo"] * (given["yy"] + stiff) - given["yo"] * given["xy"])
            / ((given["xx"] + stiff) * (given["yy"] + stiff) - given["xy"] * given["xy"])
        ),
        **fields,
    )
    moved_down = compute(
        lambda given: (
            (given["yo"] * (given["xx"] + stiff) - given["xo"] * given["xy"])
            / ((given["xx"] + stiff) * (given["yy"] + stiff) - given["xy"] * given["xy"])
        ),
        **fields,
    )
    return moved_across, moved_down


def bend(straight: Image.Image, across: Field, down: Field) -> Image.Image:
    """The picture as seen from places that have moved by so many modules."""
    moves = list(zip(numbers(across), numbers(down), strict=True))

    def seen(x: int, y: int) -> tuple[float, float]:
        move = moves[y * SIDE + x]
        return (x + 0.5 + move[0]) * FINE, (y + 0.5 + move[1]) * FINE

    mesh = []
    places = [(place, min(place + _MESH, SIDE - 1)) for place in range(0, SIDE - 1, _MESH)]
    for left, right in places:
        for top, bottom in places:
            box = tuple(round((edge + 0.5) * FINE) for edge in (left, top, right, bottom))
            mesh.append((box, (*seen(left, top), *seen(left, bottom), *seen(right, bottom), *seen(right, top))))
    return straight.transform(straight.size, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC, fillcolor=255)
