"""How blurred a code is: measured on its finder patterns, of which all modules are known."""

from functools import cache, partial
from typing import Any

from PIL import Image, ImageFilter

from clea_portal.scanning.codewords import FINDERS, fixed
from clea_portal.scanning.fields import INNER, MARGIN, SIDE, Field, bell, blur, compute, even, mean, times

# Sigmas that are tried, in hundredths of a module.
SIGMAS = range(20, 108, 4)


@cache
def certain() -> tuple[Field, Image.Image]:
    """What every code has and the paper around it, and where."""
    known, mask = even(1), Image.new("L", (SIDE, SIDE), 255)
    mask.paste(0, INNER)
    for (x, y), is_dark in fixed().items():
        known.putpixel((x + MARGIN, y + MARGIN), -1.0 if is_dark else 1.0)
        mask.putpixel((x + MARGIN, y + MARGIN), 255)
    return known, mask


_AREAS = tuple((MARGIN + x - 2, MARGIN + y - 2, MARGIN + x + 9, MARGIN + y + 9) for x, y in FINDERS)


@cache
def _counted() -> list[tuple[Field, float]]:
    """In each finder pattern, the modules of which all neighbours are known: 1 there and 0 elsewhere, and how many of all."""
    sure = certain()[1].filter(ImageFilter.MinFilter(5)).point([0] * 255 + [1]).convert("F")
    return [(sure.crop(area), mean(sure, area)) for area in _AREAS]


@cache
def _expected_finders(sigma: int) -> list[tuple[Field, float]]:
    """Of each finder pattern under a blur: its levels around their mean, so that a mean of products is a covariance."""
    expected = blur(certain()[0], bell(sigma))
    found = []
    for area, (counted, part) in zip(_AREAS, _counted(), strict=True):
        levels = expected.crop(area)
        middle = _mean(times(levels, counted)) / part
        around = compute(partial(_weigh, middle, part), levels=levels, counted=counted)
        found.append((around, _mean(times(around, levels))))
    return found


def _weigh(middle: float, part: float, given: dict[str, Any]) -> Any:
    return (given["levels"] - middle) * given["counted"] * (1 / part)


def _mean(field: Field) -> float:
    return mean(field, (0, 0, *field.size))


def measure_blur(picture: Field) -> int:
    """The sigma with which the finder patterns come closest to the picture, in hundredths of a module."""
    areas = [picture.crop(area) for area in _AREAS]

    def explained(sigma: int) -> float:
        return sum(
            _mean(times(levels, around)) ** 2 / max(spread, 1e-6)
            for levels, (around, spread) in zip(areas, _expected_finders(sigma), strict=True)
        )

    return max(SIGMAS, key=explained)
