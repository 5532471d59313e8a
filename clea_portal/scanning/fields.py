"""Arithmetic on fields: one number for each module of a code of version 12 and of some modules around it.

A field is a picture of Pillow's in 32-bit floats. Its arithmetic runs in C, fifty times as fast as lists, and loads no library
into the child that reads files of strangers.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, cast

from PIL import Image, ImageMath

from clea_portal.scanning.codewords import MODULES

MARGIN = 6
SIDE = MODULES + 2 * MARGIN
# Around the code, its quiet zone is known up to here.
QUIET = 3
INNER = (MARGIN, MARGIN, MARGIN + MODULES, MARGIN + MODULES)
_QUIET_SIDE = MODULES + 2 * QUIET
# A neighbour that shines in with less than this is left out.
_LEAST = 1e-3
# Steps in which a module is cut up to sum up a bell.
_FINELY = 20

Field = Image.Image


def compute(formula: Callable[[dict[str, Any]], Any], **fields: Field) -> Field:
    """What a formula makes of fields, which it finds by their names."""
    result = ImageMath.lambda_eval(formula, **fields)
    assert isinstance(result, Image.Image)
    return result


def numbers(field: Field) -> list[float]:
    """Row by row."""
    return cast("list[float]", list(field.get_flattened_data()))


def even(value: float) -> Field:
    return Image.new("F", (SIDE, SIDE), value)


def times(one: Field, other: Field) -> Field:
    return compute(lambda given: given["a"] * given["b"], a=one, b=other)


def less(one: Field, other: Field) -> Field:
    return compute(lambda given: given["a"] - given["b"], a=one, b=other)


def mean(field: Field, box: tuple[int, int, int, int] = INNER) -> float:
    value = field.crop(box).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(value, float)
    return value


def shift(field: Field, across: int, down: int) -> Field:
    """The field's value so many modules to the right and below, at each module; 0 beyond its border."""
    return field.crop((across, down, SIDE + across, SIDE + down))


def smooth(field: Field, parts: int) -> Field:
    """The field's coarse course: of ``parts`` by ``parts`` areas the mean, and what lies between."""
    edge = MARGIN - QUIET
    coarse = field.crop((edge, edge, edge + _QUIET_SIDE, edge + _QUIET_SIDE)).resize((parts, parts), Image.Resampling.BILINEAR)
    course = coarse.resize((_QUIET_SIDE, _QUIET_SIDE), Image.Resampling.BICUBIC)
    whole = course.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    whole.paste(course, (edge, edge))
    return whole


@cache
def bell(hundredths: int) -> tuple[float, ...]:
    """How much of a module's level comes from itself, its neighbour, the one behind that, under a blur of this sigma."""
    sigma = hundredths / 100
    weights = [
        sum(
            (_FINELY - abs(step)) * math.exp(-(((away + step / _FINELY) / sigma) ** 2) / 2)
            for step in range(1 - _FINELY, _FINELY)
        )
        for away in range(4)
    ]
    total = weights[0] + 2 * sum(weights[1:])
    return tuple(weight / total for weight in weights if weight > _LEAST * total)


def blur(field: Field, weights: Sequence[float]) -> Field:
    """Each module's level once its neighbours have shone into it; ``weights`` as ``bell`` gives them."""
    for across, down in ((1, 0), (0, 1)):
        parts = {"here": field}
        for away in range(1, len(weights)):
            parts[f"before{away}"] = shift(field, -away * across, -away * down)
            parts[f"behind{away}"] = shift(field, away * across, away * down)
        field = compute(partial(_weigh, weights), **parts)
    return field


def _weigh(weights: Sequence[float], given: dict[str, Any]) -> Any:
    total = given["here"] * weights[0]
    for away, weight in enumerate(weights[1:], start=1):
        total = total + (given[f"before{away}"] + given[f"behind{away}"]) * weight
    return total
