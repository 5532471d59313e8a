"""What WeasyPrint draws of one frame or part, kept so that it can stand on any number of pages."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from typing import Any

import pydyf
from weasyprint.formatting_structure.boxes import ReplacedBox
from weasyprint.pdf import _use_references
from weasyprint.pdf.fonts import Font
from weasyprint.pdf.stream import Stream
from weasyprint.text.ffi import pango
from weasyprint.text.fonts import get_pango_font_hb_face, get_pango_font_key

from clea_portal.posters.symbol import SIDE

# Else fontTools writes the second at which it made them into fonts with pictures (emoji).
os.environ.setdefault("SOURCE_DATE_EPOCH", "0")

Matrix = tuple[float, float, float, float, float, float]
# Stands where the number of a marked content belongs, which is another one on each page.
_NUMBER = b"\0"
_UNNUMBERED = "/Span<</MCID \0>>BDC"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something else is drawn later: the matrix from its own pixels to the points of the page, and its size in pixels."""

    matrix: Matrix
    width: float
    height: float

    def box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top on the page, in points."""
        a, b, c, d, e, f = self.matrix
        corners = [(a * x + c * y + e, b * x + d * y + f) for x in (0, self.width) for y in (0, self.height)]
        xs, ys = zip(*corners, strict=True)
        return min(xs), min(ys), max(xs), max(ys)


class CodePlace:
    """The code is drawn by a form object of its own, so that everything else on the page is the same for all codes.

    A picture without a file, to WeasyPrint; its size comes from the style.
    """

    def __init__(self, number: int) -> None:
        self.number = number

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[int, int, None]:
        return 0, 0, None

    def draw(self, stream: Any, width: float, height: float, _style: Any) -> None:
        stream.transform(a=width / SIDE, d=height / SIDE)
        stream.draw_x_object(f"C{self.number}")


class PartPlace(CodePlace):
    """Left empty: the part is drawn over the page."""

    def draw(self, stream: Any, width: float, height: float, style: Any) -> None:
        pass


# An object of a PDF: what stands before its stream, and the stream if it has one. Others are referred to as `@name@ 0 R`.
Frozen = tuple[bytes, bytes | None]


@dataclass(frozen=True, slots=True)
class Graphics:
    """Resources but for fonts. `named`: their values by kind and name; `pool`: objects that they need, called 0, 1, …;
    `pictures`: by a name that is the same for the same picture everywhere, the objects of a picture, called `name.0`, ….
    """

    named: dict[str, dict[str, bytes]]
    pool: tuple[Frozen, ...]
    pictures: dict[str, tuple[Frozen, ...]]


class Canvas(Stream):  # type: ignore[misc]
    """A content stream that numbers its marked contents from 0 and notes fonts, pictures and states that it uses."""

    def __init__(self, fonts: dict[int, Any], *, width: float, height: float) -> None:
        self.resources = pydyf.Dictionary(
            {name: pydyf.Dictionary() for name in ("ExtGState", "XObject", "Pattern", "Shading", "ColorSpace")}
        )
        self.images: dict[str, Any] = {}
        self.marks: dict[Any, int] = {}
        self.spots: dict[Any, Spot] = {}
        self.fonts: dict[int, Any] = {}
        self._known_fonts = fonts
        super().__init__(self.fonts, (0, 0, width, height), self.resources, self.images, None, {}, None)

    def add_font(self, pango_font: Any) -> tuple[Any, float]:
        """The font with the glyphs of this canvas only: what another one has drawn before changes nothing here."""
        key, description, size = get_pango_font_key(pango_font)
        if key not in self.fonts:
            if key not in self._known_fonts:
                self._known_fonts[key] = Font(pango_font, description, size)
            font = blank_copy(self._known_fonts[key])
            # That of the other drawing may be gone.
            font.hb_font = pango.pango_font_get_hb_font(pango_font)
            font.hb_face = get_pango_font_hb_face(pango_font)
            self.fonts[key] = font
        return self.fonts[key], size

    @contextmanager
    def marked(self, box: Any, _tag: str) -> Iterator[None]:
        if isinstance(box, ReplacedBox):
            a, b, c, d, e, f = self.ctm.values
            x, y = box.content_box_x(), box.content_box_y()
            self.spots[box] = Spot((a, b, c, d, a * x + c * y + e, b * x + d * y + f), box.width, box.height)
            if isinstance(box.replacement, PartPlace):
                yield
                return
            if not alternative_of(box):
                with self.artifact():
                    yield
                return
        self.marks[box] = len(self.marks)
        self.stream.append(_UNNUMBERED)
        yield
        self.end_marked_content()

    @contextmanager
    def artifact(self) -> Iterator[None]:
        self.begin_marked_content("Artifact")
        yield
        self.end_marked_content()

    def segments(self) -> list[bytes]:
        """The operators, cut where the numbers of marked contents belong; without moves by nothing from letter to letter."""
        operators = b"\n".join(pydyf._to_bytes(item) for item in self.stream)
        return operators.replace(b">0<", b"").replace(b">0]", b">]").split(_NUMBER)

    def graphics(self) -> Graphics:
        pictures = {}
        for name, entry in self.images.items():
            shelf = _Shelf(prefix=f"{name}.")
            picture = entry["image"].get_x_object(entry["interpolate"], max(entry["dpi_ratios"]))
            shelf.add_object(picture)
            if mask := picture.extra.get("SMask"):
                shelf.add_object(mask)
                picture.extra["SMask"] = mask.reference
            pictures[name] = shelf.freeze()
            entry["x_object"] = picture
        shelf = _Shelf()
        self.resources["Font"] = FONTS
        _use_references(shelf, self.resources, self.images, {})
        kinds = {kind: values for kind, values in self.resources.items() if kind != "Font" and values}
        named = {kind: {name: pydyf._to_bytes(value) for name, value in values.items()} for kind, values in kinds.items()}
        return Graphics(named, shelf.freeze(), pictures)


FONTS = b"@fonts@ 0 R"


class _Shelf:
    """Numbers objects by names, until a document gives them numbers."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._objects: list[Any] = []

    def add_object(self, thing: Any) -> None:
        thing.number = f"@{self._prefix}{len(self._objects)}@"
        self._objects.append(thing)

    def freeze(self) -> tuple[Frozen, ...]:
        return tuple(map(freeze, self._objects))


def freeze(thing: Any) -> Frozen:
    """An object of pydyf as the entries of its dictionary and its stream, compressed."""
    if not isinstance(thing, pydyf.Stream):
        return thing.data, None
    thing.compress = "Filter" not in thing.extra
    head, _, rest = thing.data.partition(b"\nstream\n")
    return re.sub(rb"/Length \d+", b"", head.removeprefix(b"<<").removesuffix(b">>")), rest.removesuffix(b"\nendstream")


def blank_copy(font: Any) -> Any:
    """A font without glyphs, to be given those of one canvas or document."""
    font = copy(font)
    font.widths, font.to_unicode, font.missing = {}, {}, {}
    return font


def alternative_of(box: Any) -> str:
    """The text that stands for a picture; none for one that only decorates."""
    if box.element is None:
        return ""
    title = box.element.find("{http://www.w3.org/2000/svg}title")
    return str((title.text if title is not None else box.element.get("alt")) or "")
