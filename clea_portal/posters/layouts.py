"""The sizes in which codes are printed and shown."""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from math import sqrt
from typing import NamedTuple

from clea_portal.posters import faces
from clea_portal.posters.errors import ModuleTooSmall
from clea_portal.posters.faces import Face
from clea_portal.posters.symbol import QUIET_ZONE, VERSION

# A QR code of version v has 17 + 4v modules a side.
CODE_MODULES = 17 + 4 * VERSION
MODULES = CODE_MODULES + 2 * QUIET_ZONE
# What phones of ten years ago still read of a print, in millimetres.
SMALLEST_MODULE = 0.33


class Cell(NamedTuple):
    """Where a face stands on its page, in millimetres; `turned`: upside down."""

    left: float
    top: float
    turned: bool = False


@dataclass(frozen=True)
class _Sheet:
    width: float
    height: float
    face: Face
    large: Face | None
    cells: tuple[Cell, ...] = (Cell(0, 0),)
    has_cut_marks: bool = False
    # Both faces of a tent show the same poster.
    cells_per_poster: int = 1


class Layout(StrEnum):
    """What is printed, or shown on a screen. Widths in millimetres."""

    A3 = "a3"
    A4 = "a4"
    A5 = "a5"
    A6 = "a6"
    TENT = "tent"
    STICKERS_2 = "stickers_2"
    STICKERS_4 = "stickers_4"
    STICKERS_8 = "stickers_8"
    STICKERS_12 = "stickers_12"
    STICKERS_18 = "stickers_18"
    STICKERS_25 = "stickers_25"
    BADGE = "badge"
    CARD = "card"
    SCREEN_16_9 = "screen_16_9"
    SCREEN_9_16 = "screen_9_16"

    @cached_property
    def sheet(self) -> _Sheet:
        return _SHEETS[self]

    @property
    def page(self) -> tuple[float, float]:
        """Width and height of a page."""
        return self.sheet.width, self.sheet.height

    @property
    def per_page(self) -> int:
        """How many posters stand on one page."""
        return len(self.sheet.cells) // self.sheet.cells_per_poster

    @property
    def is_screen(self) -> bool:
        """Made for a screen, as a picture of 1920 by 1080 pixels or the other way round, and not for paper."""
        return self in (Layout.SCREEN_16_9, Layout.SCREEN_9_16)

    @property
    def has_large_print(self) -> bool:
        """Whether there is room for a variant in large print."""
        return self.sheet.large is not None

    def face(self, *, large_print: bool = False) -> Face:
        return self.sheet.large or self.sheet.face if large_print else self.sheet.face

    def code_millimetres(self, *, large_print: bool = False) -> float:
        """The width of the code with its quiet zone."""
        return self.face(large_print=large_print).code.side

    @property
    def module_millimetres(self) -> float:
        """The width of one module; on screens as on one 51 cm (29 cm) wide."""
        return module_millimetres(self.code_millimetres())

    @property
    def scan_distance_centimetres(self) -> int:
        """From how far phones read it; on screens as on one 51 cm (29 cm) wide."""
        return scan_distance_centimetres(self.code_millimetres())


def module_millimetres(code_millimetres: float) -> float:
    """The width of a module of a code that is so wide with its quiet zone. Raises ModuleTooSmall below 0.33 mm."""
    module = code_millimetres / MODULES
    if module < SMALLEST_MODULE:
        raise ModuleTooSmall(code_millimetres=code_millimetres, modules=MODULES)
    return module


def scan_distance_centimetres(code_millimetres: float) -> int:
    """Rule of thumb: ten times the width of the code, without its quiet zone."""
    return round(module_millimetres(code_millimetres) * CODE_MODULES)


def _grid(columns: int, rows: int, *, left: float, top: float, across: float, down: float) -> tuple[Cell, ...]:
    """Cells row by row; `across` and `down`: from one to the next."""
    return tuple(Cell(left + column * across, top + row * down) for row in range(rows) for column in range(columns))


# Sheets of 2, 4, 8, 12 and 18 stickers have the measures of the common label sheets, so that both scissors and labels do.
_SHEETS = {
    Layout.A3: _Sheet(297, 420, faces.POSTER.scaled(sqrt(2)), faces.POSTER_LARGE.scaled(sqrt(2))),
    Layout.A4: _Sheet(210, 297, faces.POSTER, faces.POSTER_LARGE),
    Layout.A5: _Sheet(148, 210, replace(faces.POSTER.scaled(148 / 210), has_advice=False), faces.POSTER_LARGE.scaled(148 / 210)),
    Layout.A6: _Sheet(105, 148, faces.UPRIGHT, faces.UPRIGHT_LARGE, (Cell(2.95, 4.5),)),
    Layout.TENT: _Sheet(
        210, 297, faces.WIDE, faces.WIDE_LARGE, (Cell(5.2, 151), Cell(5.2, 2.5, turned=True)), cells_per_poster=2
    ),
    Layout.STICKERS_2: _Sheet(
        210, 297, faces.WIDE, faces.WIDE_LARGE, _grid(1, 2, left=5.2, top=5, across=0, down=143.5), has_cut_marks=True
    ),
    Layout.STICKERS_4: _Sheet(
        210, 297, faces.UPRIGHT, faces.UPRIGHT_LARGE, _grid(2, 2, left=4.65, top=9.5, across=101.6, down=139), has_cut_marks=True
    ),
    Layout.STICKERS_8: _Sheet(
        210, 297, faces.STICKER_8, None, _grid(2, 4, left=4.65, top=13.1, across=101.6, down=67.7), has_cut_marks=True
    ),
    Layout.STICKERS_12: _Sheet(
        210, 297, faces.STICKER_12, None, _grid(3, 4, left=7.21, top=4.5, across=66.04, down=72), has_cut_marks=True
    ),
    Layout.STICKERS_18: _Sheet(
        210, 297, faces.STICKER_18, None, _grid(3, 6, left=7.21, top=8.7, across=66.04, down=46.6), has_cut_marks=True
    ),
    Layout.STICKERS_25: _Sheet(
        210, 297, faces.STICKER_25, None, _grid(5, 5, left=10, top=11, across=38, down=55), has_cut_marks=True
    ),
    Layout.BADGE: _Sheet(
        210, 297, faces.BADGE, faces.BADGE_LARGE, _grid(2, 2, left=15, top=18.5, across=90, down=130), has_cut_marks=True
    ),
    Layout.CARD: _Sheet(210, 297, faces.CARD, None, _grid(2, 5, left=20, top=11, across=85, down=55), has_cut_marks=True),
    Layout.SCREEN_16_9: _Sheet(faces.SCREEN_LYING.width, faces.SCREEN_LYING.height, faces.SCREEN_LYING, None),
    Layout.SCREEN_9_16: _Sheet(faces.SCREEN_STANDING.width, faces.SCREEN_STANDING.height, faces.SCREEN_STANDING, None),
}
