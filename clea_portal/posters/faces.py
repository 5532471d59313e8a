"""Where everything stands on one print: a code, and areas for texts around it that never touch it.

Millimetres from the top left corner of the face. Every area has a fixed place and a largest size of letters; texts that do not
fit are set smaller (see `pages`), so no text ever moves the code.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple


class Area(NamedTuple):
    """A box for text; `points`: the size of its letters when there is room; `least`: the smallest that is still printed."""

    left: float
    top: float
    width: float
    height: float
    points: float
    least: float = 6
    # At which edge of the area the text stands: names stand on what follows them.
    at_bottom: bool = False


class Square(NamedTuple):
    """The code with its quiet zone."""

    left: float
    top: float
    side: float


@dataclass(frozen=True, kw_only=True)
class Face:
    """One print of a code. Areas that are None do not exist on it.

    `dated_name` and `date` take the place of `name` on prints that carry a date. `style`: how its texts are set (poster.css);
    `is_tiny`: holds only what identifies the code.
    """

    style: str
    width: float
    height: float
    code: Square
    name: Area
    dated_name: Area
    date: Area
    check: Area
    headline: Area | None = None
    header: Area | None = None
    logo: Area | None = None
    steps: Area | None = None
    foot: Area | None = None
    is_tiny: bool = False
    # Times in figures alone.
    has_short_times: bool = False
    has_frame: bool = False
    has_full_foot: bool = False
    has_advice: bool = False

    def areas(self, *, is_dated: bool) -> dict[str, Area]:
        """By name, those that exist on such a print, in reading order."""
        found = {
            "header": self.header,
            "name": self.dated_name if is_dated else self.name,
            "date": self.date if is_dated else None,
            "headline": self.headline,
            "check": self.check,
            "steps": self.steps,
            "foot": self.foot,
        }
        return {name: area for name, area in found.items() if area is not None}

    def mirrored(self) -> "Face":
        """For languages written from right to left."""
        turned = {name: area._replace(left=self.width - area.left - area.width) for name, area in self._all_areas()}
        code = self.code._replace(left=self.width - self.code.left - self.code.side)
        changes: dict[str, Any] = {**turned, "code": code}
        return replace(self, **changes)

    def scaled(self, factor: float) -> "Face":
        """The same face larger or smaller; small print does not get smaller than 5 points."""
        scaled = {name: _scale(area, factor) for name, area in self._all_areas()}
        code = Square(*(round(length * factor, 3) for length in self.code))
        changes: dict[str, Any] = {**scaled, "code": code, "width": self.width * factor, "height": self.height * factor}
        return replace(self, **changes)

    def _all_areas(self) -> Iterator[tuple[str, Area]]:
        values = ((entry.name, getattr(self, entry.name)) for entry in fields(self))
        return ((name, value) for name, value in values if isinstance(value, Area))


def _scale(area: Area, factor: float) -> Area:
    left, top, width, height = (round(length * factor, 3) for length in area[:4])
    return Area(left, top, width, height, max(area.points * factor, 6), max(5, area.least * factor), area.at_bottom)


# A4; A3 and A5 are the same face, larger and smaller.
POSTER = Face(
    style="poster",
    width=210,
    height=297,
    code=Square(43.2, 90.5, 123.6),
    header=Area(16, 10, 128, 14, 11, 6, at_bottom=True),
    logo=Area(149, 10, 45, 14, 0),
    name=Area(16, 30, 178, 40, 38, 11, at_bottom=True),
    dated_name=Area(16, 28, 178, 20, 32, 8.5, at_bottom=True),
    date=Area(16, 49, 178, 22, 26, 11, at_bottom=True),
    headline=Area(16, 71.5, 178, 15, 21, 10, at_bottom=True),
    check=Area(16, 217.5, 178, 10, 12, 8),
    steps=Area(16, 230, 178, 34, 11.5, 7),
    foot=Area(16, 267, 178, 21, 8.5, 7),
    has_frame=True,
    has_full_foot=True,
    has_advice=True,
)
POSTER_LARGE = replace(
    POSTER,
    style="poster large",
    code=Square(50, 96, 110),
    header=Area(16, 10, 128, 14, 15, 6, at_bottom=True),
    name=Area(16, 29, 178, 42, 46, 16, at_bottom=True),
    dated_name=Area(16, 28, 178, 20, 36, 14, at_bottom=True),
    date=Area(16, 49, 178, 24, 30, 14, at_bottom=True),
    headline=Area(16, 73, 178, 19, 29, 14, at_bottom=True),
    check=Area(16, 211, 178, 15, 19, 12),
    steps=Area(16, 229, 178, 32, 19, 10),
    foot=Area(16, 266, 178, 21, 15, 9),
    has_full_foot=False,
)

# A sheet lying down, code on one side: a face of the table tent, half a sheet of stickers.
WIDE = Face(
    style="wide",
    width=199.6,
    height=143.5,
    code=Square(8, 22.5, 113),
    header=Area(8, 6, 142, 12, 10, 5, at_bottom=True),
    logo=Area(153.6, 6, 38, 12, 0),
    name=Area(127, 25, 64.6, 45, 27, 8),
    dated_name=Area(127, 25, 64.6, 24, 22, 8),
    date=Area(127, 50, 64.6, 21, 16, 8, at_bottom=True),
    headline=Area(127, 72, 64.6, 15, 15, 8, at_bottom=True),
    check=Area(127, 90, 64.6, 11, 10, 7),
    steps=Area(127, 104, 64.6, 17, 9.5, 6.5),
    foot=Area(127, 122.5, 64.6, 13, 7, 5.5, at_bottom=True),
)
WIDE_LARGE = replace(
    WIDE,
    style="wide large",
    header=Area(8, 6, 142, 12, 14, 5, at_bottom=True),
    name=Area(127, 24, 64.6, 50, 34, 12),
    dated_name=Area(127, 24, 64.6, 26, 28, 11),
    date=Area(127, 50, 64.6, 26, 21, 11, at_bottom=True),
    headline=Area(127, 77, 64.6, 22, 21, 11, at_bottom=True),
    check=Area(127, 101, 64.6, 19, 15, 10),
    steps=None,
    foot=Area(127, 121, 64.6, 14, 12, 7, at_bottom=True),
)

# A postcard standing up: A6, a quarter of a sheet of stickers.
UPRIGHT = Face(
    style="upright",
    width=99.1,
    height=139,
    code=Square(12.55, 47, 74),
    header=Area(6, 5, 62, 8.5, 7.5, 4, at_bottom=True),
    logo=Area(71.1, 5, 22, 8.5, 0),
    name=Area(6, 15.5, 87.1, 21.5, 21, 7, at_bottom=True),
    dated_name=Area(6, 15, 87.1, 11.5, 17, 6.5, at_bottom=True),
    date=Area(6, 26.7, 87.1, 10.8, 13, 6, at_bottom=True),
    headline=Area(6, 37.7, 87.1, 8.8, 11.5, 7, at_bottom=True),
    check=Area(6, 121.8, 87.1, 6.5, 8, 5.5),
    foot=Area(6, 128.8, 87.1, 6.8, 6, 4.5),
    has_short_times=True,
)
UPRIGHT_LARGE = replace(
    UPRIGHT,
    style="upright large",
    code=Square(13.55, 43, 72),
    header=None,
    logo=None,
    name=Area(6, 5, 87.1, 25, 27, 9, at_bottom=True),
    dated_name=Area(6, 5, 87.1, 12.5, 21, 8, at_bottom=True),
    date=Area(6, 17.7, 87.1, 12.8, 16, 8, at_bottom=True),
    headline=Area(6, 30.7, 87.1, 12, 16, 9, at_bottom=True),
    check=Area(6, 115.5, 87.1, 9, 12, 8),
    foot=Area(6, 125, 87.1, 10.5, 10, 6),
)

# For holders of 90 by 130 mm, with room for the slot of the strap at the top.
BADGE = Face(
    style="upright",
    width=90,
    height=130,
    code=Square(11, 45.5, 68),
    name=Area(6, 13, 78, 22, 20, 7, at_bottom=True),
    dated_name=Area(6, 13, 78, 11, 16, 6, at_bottom=True),
    date=Area(6, 24.2, 78, 11.3, 13, 6, at_bottom=True),
    headline=Area(6, 35.8, 78, 9, 11, 7, at_bottom=True),
    check=Area(6, 114, 78, 6, 8, 5.5),
    foot=Area(6, 120.5, 78, 6, 6, 4.5),
    has_short_times=True,
)
BADGE_LARGE = replace(
    BADGE,
    style="upright large",
    code=Square(13, 47.5, 64),
    name=Area(6, 12, 78, 23.5, 25, 9, at_bottom=True),
    dated_name=Area(6, 12, 78, 11, 18, 8, at_bottom=True),
    date=Area(6, 23.2, 78, 12.3, 15, 7, at_bottom=True),
    headline=Area(6, 35.8, 78, 11.2, 15, 8, at_bottom=True),
    check=Area(6, 112, 78, 8.5, 12, 7),
    foot=Area(6, 120.8, 78, 6.7, 8, 5),
)

STICKER_8 = Face(
    style="beside",
    width=99.1,
    height=67.7,
    code=Square(3.2, 3.85, 60),
    name=Area(66, 6, 29.1, 19, 13, 5),
    dated_name=Area(66, 6, 29.1, 12, 11, 5),
    date=Area(66, 18.5, 29.1, 12.5, 8.5, 5, at_bottom=True),
    headline=Area(66, 31.5, 29.1, 11, 9, 5, at_bottom=True),
    check=Area(66, 43.5, 29.1, 10, 7, 5),
    foot=Area(66, 54, 29.1, 10, 5.5, 4.5, at_bottom=True),
    has_short_times=True,
)
STICKER_12 = Face(
    style="stacked",
    width=63.5,
    height=72,
    code=Square(6.75, 12.5, 50),
    name=Area(4, 3, 55.5, 9, 11, 5, at_bottom=True),
    dated_name=Area(4, 2.3, 55.5, 5.2, 9.5, 4, at_bottom=True),
    date=Area(4, 7.5, 55.5, 4.9, 7, 4, at_bottom=True),
    check=Area(4, 62.7, 55.5, 6.5, 7.5, 5.5),
    is_tiny=True,
    has_short_times=True,
)
STICKER_18 = Face(
    style="corner",
    width=63.5,
    height=46.6,
    code=Square(2.8, 9.6, 34.5),
    name=Area(4, 2.5, 55.5, 7, 9.5, 4, at_bottom=True),
    dated_name=Area(4, 2.5, 55.5, 7, 9.5, 4, at_bottom=True),
    date=Area(39.5, 32, 20.5, 10.5, 7, 4, at_bottom=True),
    check=Area(39.5, 12.5, 20.5, 18.5, 6.5, 4),
    is_tiny=True,
    has_short_times=True,
)
STICKER_25 = Face(
    style="stacked",
    width=38,
    height=55,
    code=Square(2, 10.7, 34),
    name=Area(2.5, 2.2, 33, 8.3, 8.5, 3.5, at_bottom=True),
    dated_name=Area(2.5, 1.8, 33, 4.6, 7.5, 3.5, at_bottom=True),
    date=Area(2.5, 6.4, 33, 4.2, 6, 3.5, at_bottom=True),
    check=Area(2.5, 45.2, 33, 7.6, 5.5, 4),
    is_tiny=True,
    has_short_times=True,
)
CARD = Face(
    style="beside",
    width=85,
    height=55,
    code=Square(3.5, 4, 47),
    name=Area(53, 6, 28, 25, 12, 5),
    dated_name=Area(53, 6, 28, 14.5, 11, 5),
    date=Area(53, 21, 28, 14, 8, 5.5, at_bottom=True),
    check=Area(53, 38, 28, 12, 7, 5.5),
    is_tiny=True,
    has_short_times=True,
)

# 1920 by 1080 and 1080 by 1920 pixels of 96 to the inch; modules of exactly 12 pixels, on whole pixels.
_PIXEL = 25.4 / 96
_SCREEN_CODE = 73 * 12 * _PIXEL
SCREEN_LYING = Face(
    style="wide",
    width=1920 * _PIXEL,
    height=1080 * _PIXEL,
    code=Square(102 * _PIXEL, 102 * _PIXEL, _SCREEN_CODE),
    header=Area(284, 27, 130, 28, 22, 9),
    logo=Area(420, 27, 61, 28, 0),
    name=Area(284, 62, 197, 72, 64, 20),
    dated_name=Area(284, 60, 197, 44, 54, 18),
    date=Area(284, 106, 197, 36, 36, 18, at_bottom=True),
    headline=Area(284, 144, 197, 34, 40, 20, at_bottom=True),
    check=Area(284, 186, 197, 22, 24, 16),
    steps=Area(284, 212, 197, 32, 22, 14),
    foot=Area(284, 245, 197, 14, 14, 10, at_bottom=True),
)
SCREEN_STANDING = Face(
    style="poster",
    width=1080 * _PIXEL,
    height=1920 * _PIXEL,
    code=Square(102 * _PIXEL, 540 * _PIXEL, _SCREEN_CODE),
    header=Area(27, 20, 165, 24, 20, 9, at_bottom=True),
    logo=Area(198, 20, 61, 24, 0),
    name=Area(27, 54, 231.75, 54, 60, 18, at_bottom=True),
    dated_name=Area(27, 52, 231.75, 28, 50, 16, at_bottom=True),
    date=Area(27, 81, 231.75, 29, 36, 16, at_bottom=True),
    headline=Area(27, 111, 231.75, 26, 36, 18, at_bottom=True),
    check=Area(27, 381, 231.75, 18, 22, 14),
    steps=Area(27, 403, 231.75, 58, 20, 11),
    foot=Area(27, 464, 231.75, 32, 13, 8),
    has_frame=True,
    has_full_foot=True,
)
