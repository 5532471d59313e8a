"""The modules of a blurred code that lies nearly flat: worked out together, since each shines into its neighbours.

What is searched for are the modules that, blurred again, give the picture. The blur is measured on the finder patterns; light
and contrast are followed from part to part, and so are bends of the paper, by where what is expected stands in the picture. Each
block of bytes that the code's error correction accepts settles its modules for good, and makes their neighbours clearer.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from PIL import Image

from clea_portal.scanning.blocks import Blocks, likeliest_format
from clea_portal.scanning.codewords import Place, formats
from clea_portal.scanning.displacing import bend, compared, displacement
from clea_portal.scanning.drawing import decode_modules
from clea_portal.scanning.fields import INNER, MARGIN, SIDE, Field, bell, blur, compute, even, less, mean, numbers, smooth, times
from clea_portal.scanning.softness import certain, measure_blur

# Into how many parts a side is cut to follow light.
LIGHT_PARTS = 12
QUICK_STEPS, THOROUGH_STEPS = 10, 40
# What may differ in the end, in parts of the contrast: nobody may be sent to a wrong place, so what was read has to look like it.
WRONG = 0.1


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How paper is followed while it is still blurred.

    ``parts``: into how many a side is cut, round by round; ``late_parts``: once bytes are looked at. ``pace``, ``late_pace``: how
    many times as far as it seems the picture is moved, since modules that are undecided hide most of it. ``hopeless``: what may
    differ before bytes are looked at, in parts of the contrast, where there is a code of version 12 at all. ``pushes``: how
    strongly undecided modules are pushed off the middle before each look at the bytes.
    """

    parts: tuple[int, ...]
    pace: float
    late_parts: int
    late_pace: float
    hopeless: float
    pushes: tuple[float, ...]


FLAT = Manner(
    parts=(2, 2, 3, 4, 4, 4, 4, 4, 4),
    pace=3,
    late_parts=4,
    late_pace=1.5,
    hopeless=0.06,
    pushes=(0, 0, 0, 0, 0.0003, 0.001, 0.003, 0.01),
)
BENT = Manner(parts=(8, 8, 12, 12), pace=1, late_parts=12, late_pace=1, hopeless=0.1, pushes=(0, 0.001, 0.01))


def softness(straight: Image.Image) -> float:
    """The sigma of the blur of such a picture, in modules."""
    return measure_blur(_cut(straight)) / 100


def restore(straight: Image.Image, *, how: Manner) -> Iterator[str | None]:
    """The text of the code in a picture of FINE pixels to a module, MARGIN modules around it, dark on light, if it comes to one.

    Gives None after each step until then, so that whoever waits can give up.
    """
    code = _Code(straight)
    for parts in how.parts:
        code.settle(steps=QUICK_STEPS)
        code.follow(parts=parts, pace=how.pace)
    code.settle(steps=QUICK_STEPS)
    yield None
    if code.left_over > how.hopeless:
        return
    format_ = likeliest_format(code.levels())
    code.know(formats()[format_])
    blocks = Blocks(format_)
    for push in how.pushes:
        code.settle(steps=THOROUGH_STEPS, push=push, is_thorough=True)
        code.know(blocks.look(code.levels()))
        code.follow(parts=how.late_parts, pace=how.late_pace)
        if blocks.are_all_right:
            yield decode_modules(code.drawn()) if code.left_over < WRONG else None
            return
        yield None


class _Code:
    """What is known by now of one code. Modules are -1 for dark to 1 for light."""

    def __init__(self, straight: Image.Image) -> None:
        self._straight = straight
        self._across, self._down = even(0), even(0)
        self._known, self._mask = (image.copy() for image in certain())
        self._picture = _cut(straight)
        self._weights = bell(measure_blur(self._picture))
        uneven = less(self._picture, smooth(self._picture, LIGHT_PARTS))
        spread = math.sqrt(mean(times(uneven, uneven)))
        factor = (self._weights[0] ** 2 + 2 * sum(weight**2 for weight in self._weights[1:])) / max(spread, 0.1)
        self._wanted = compute(lambda given: given["uneven"] * factor, uneven=uneven)
        self._modules = self._limit(self._wanted)
        self.left_over = 1.0

    def levels(self) -> list[float]:
        return numbers(self._modules.crop(INNER))

    def drawn(self) -> Image.Image:
        return compute(lambda given: given["modules"] * 127 + 128, modules=self._modules.crop(INNER)).convert("L")

    def know(self, modules: Mapping[Place, bool]) -> None:
        for (x, y), is_dark in modules.items():
            self._known.putpixel((x + MARGIN, y + MARGIN), -1.0 if is_dark else 1.0)
            self._mask.putpixel((x + MARGIN, y + MARGIN), 255)
        self._modules = self._limit(self._modules)

    def settle(self, *, steps: int, push: float = 0, is_thorough: bool = False) -> None:
        """Move all modules, by accelerated projected gradients, to where they give the picture."""
        modules = ahead = self._modules
        pace = 1.0
        for _ in range(steps):
            missing = compute(
                lambda given: (given["wanted"] - given["expected"]) * given["compared"],
                wanted=self._wanted,
                expected=blur(ahead, self._weights),
                compared=compared(),
            )
            # The first way is faster, the second weighs noise as it should be.
            change = blur(missing, self._weights) if is_thorough else missing
            following = self._limit(
                compute(lambda given: given["ahead"] * (1 + push) + given["change"], ahead=ahead, change=change)
            )
            faster = (1 + math.sqrt(1 + 4 * pace * pace)) / 2
            ahead = _swing(modules, following, by=(pace - 1) / faster)
            modules, pace = following, faster
        self._modules = modules
        self._compare()

    def follow(self, *, parts: int, pace: float) -> None:
        """Look for each of ``parts`` by ``parts`` areas where the picture shows what is expected there."""
        expected = blur(self._modules, self._weights)
        across, down = displacement(self._wanted, expected, parts)
        self._across, self._down = (
            compute(lambda given: given["before"] - given["move"] * pace, before=before, move=move)
            for before, move in ((self._across, across), (self._down, down))
        )
        self._picture = _cut(bend(self._straight, self._across, self._down))
        self._weights = bell(measure_blur(self._picture))
        self._compare()

    def _compare(self) -> None:
        """Bring the picture to the light and contrast of what is expected, and see what differs."""
        expected = blur(self._modules, self._weights)
        light, middle = smooth(self._picture, LIGHT_PARTS), smooth(expected, LIGHT_PARTS)
        together = less(smooth(times(self._picture, expected), LIGHT_PARTS), times(light, middle))
        alone = less(smooth(times(expected, expected), LIGHT_PARTS), times(middle, middle))
        contrast = max(mean(together) / max(mean(alone), 1e-6), 1)
        self._wanted = compute(
            lambda given: (
                (given["picture"] - given["light"])
                / given["max"]((given["together"] + 0.05 * contrast) / (given["alone"] + 0.05), 0.3 * contrast)
                + given["middle"]
            ),
            picture=self._picture,
            light=light,
            middle=middle,
            together=together,
            alone=alone,
        )
        difference = less(self._wanted, expected)
        self.left_over = math.sqrt(mean(times(difference, difference)))

    def _limit(self, modules: Field) -> Field:
        modules = compute(lambda given: given["max"](given["min"](given["modules"], 1.0), -1.0), modules=modules)
        modules.paste(self._known, mask=self._mask)
        return modules


def _cut(straight: Image.Image) -> Field:
    return straight.convert("F").resize((SIDE, SIDE), Image.Resampling.BOX)


def _swing(old: Field, new: Field, *, by: float) -> Field:
    return compute(lambda given: given["new"] + (given["new"] - given["old"]) * by, new=new, old=old)
