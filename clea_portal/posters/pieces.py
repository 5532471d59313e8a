"""Frames and parts of sheets, laid out by WeasyPrint and kept: most pages of a document are made of pieces that exist already."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html import escape
from itertools import count, groupby
from typing import Any, NamedTuple

from weasyprint import CSS, HTML, URLFetcher
from weasyprint.draw import draw_stacking_context
from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder
from weasyprint.stacking import StackingContext
from weasyprint.text.fonts import FontConfiguration

from clea_portal.posters.drawing import Canvas, CodePlace, Graphics, PartPlace, Spot
from clea_portal.posters.lettering import Lettering
from clea_portal.posters.tagging import Node, tag

POINTS_PER_PIXEL = 0.75
_MOST_FRAMES, _MOST_PARTS = 64, 256
# Pixels by which rounding may make a text larger that just fits.
_TOLERANCE = 0.5
# Parts are laid out below one another on a page that does not end, each as large as the place in its frame. The elements around
# it are there for the style sheet only.
_PARTS_STYLE = """
@page { size: 10000mm 1000000mm; margin: 0; background: none }
html { background: none }
[data-around] { display: contents !important; position: static !important; float: none !important }
[data-hole] {
  position: relative !important; inset: auto !important; float: none !important; margin: 0 !important; border: 0 !important;
  padding: 0 !important; background: none !important; transform: none !important; box-sizing: content-box !important;
  min-width: 0 !important; min-height: 0 !important; max-width: none !important; max-height: none !important;
}
"""
_HOLE, _AROUND = "data-hole", "data-around"
_DISPLAYS = ((boxes.FlexContainerBox, "flex"), (boxes.GridContainerBox, "grid"))
_serials = count()


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Something drawn once. `segments`: its operators, to be joined by numbers of marked contents."""

    segments: Sequence[bytes]
    node: Node
    fonts: dict[int, Any]
    graphics: Graphics
    serial: int = field(default_factory=lambda: next(_serials))

    @property
    def marks(self) -> int:
        """How many marked contents it has."""
        return len(self.segments) - 1

    def with_changes(self, **changes: Any) -> "Piece":
        return replace(self, **changes, serial=next(_serials))


@dataclass(frozen=True, slots=True)
class Hole:
    """The place of a part in its frame, and the elements around it."""

    spot: Spot
    body: str
    around: tuple[str, str]
    place: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Frame:
    """A page without its parts. `codes`: number and place of each; `width`, `height`: of the page, in points."""

    piece: Piece
    width: float
    height: float
    codes: Sequence[tuple[int, Spot]]
    holes: Sequence[Hole]


class PartKey(NamedTuple):
    """What the look of a part depends on."""

    style: str
    language: str
    body: str
    around: tuple[str, str]
    place: tuple[str, str]
    html: str


class Setter:
    """Lays out, and keeps what it laid out. For one thread, as the fonts of Pango are."""

    def __init__(self) -> None:
        self._configuration = FontConfiguration()
        self._fonts: dict[int, Any] = {}
        self._frames: dict[tuple[str, str, str], Frame | None] = {}
        self._parts: dict[PartKey, Piece | None] = {}
        self._lettering = Lettering()

    def frame(self, body: str, *, style: str, language: str) -> Frame | None:
        """The page of a body with places for codes (`code:N`) and parts (`part:N`); None when it needs more than one page."""
        key = (style, language, body)
        found = self._frames.pop(key) if key in self._frames else self._make_frame(body, style=style, language=language)
        _keep(self._frames, {key: found}, _MOST_FRAMES)
        return found

    def parts(self, keys: Iterable[PartKey]) -> dict[PartKey, Piece | None]:
        """The parts laid out, all new ones at once; None for one that is larger than its place."""
        wanted = dict.fromkeys(keys)
        found = {key: self._parts.pop(key) for key in wanted if key in self._parts}
        found |= {key: piece for key in wanted if key not in found and (piece := self._lettering.set(key))}
        for _, group in groupby(sorted(wanted.keys() - found.keys()), key=lambda key: key[:3]):
            new = list(group)
            made = dict(zip(new, self._make_parts(new), strict=True))
            self._lettering.learn(made)
            found |= made
        _keep(self._parts, found, _MOST_PARTS)
        return found

    def _make_frame(self, body: str, *, style: str, language: str) -> Frame | None:
        html = _parse_html(body, language)
        document = self._lay_out(html, [_parse_style(style)])
        page, *others = document.pages
        if others or not _ends_above(page._page_box, page.height + _TOLERANCE):
            return None
        width, height = page.width * POINTS_PER_PIXEL, page.height * POINTS_PER_PIXEL
        # What a background may cover, in pixels: the matrix that makes points of them comes after.
        canvas = Canvas(self._fonts, width=page.width, height=page.height)
        canvas.transform(d=-1, f=height)
        page.paint(canvas, POINTS_PER_PIXEL)
        root = html.etree_element
        node = tag(page._page_box, document=root, root=root.find("body"), canvas=canvas)
        piece = Piece(canvas.segments(), node, canvas.fonts, canvas.graphics())
        return Frame(piece, width, height, _codes_of(canvas), _holes_of(page._page_box, root, canvas))

    def _make_parts(self, keys: Sequence[PartKey]) -> Iterator[Piece | None]:
        first = keys[0]
        body = first.body
        for (before, after), group in groupby(keys, key=lambda key: key.around):
            places = "".join(f"{key.place[0]}{key.html}{key.place[1]}" for key in group)
            body += f"{before}{places}{after}"
        html = _parse_html(body, first.language)
        document = self._lay_out(html, [_parse_style(first.style), _parse_style(_PARTS_STYLE)])
        page = document.pages[0]._page_box
        laid_out: dict[Any, Any] = {}
        for box in _boxes_in(page):
            if box.element is not None and _HOLE in box.element.attrib:
                laid_out.setdefault(box.element, box)
        for place in laid_out.values():
            if not _fits(place):
                yield None
                continue
            canvas = Canvas(self._fonts, width=place.width, height=place.height)
            canvas.transform(e=-place.content_box_x(), f=-place.content_box_y())
            draw_stacking_context(canvas, StackingContext.from_box(place, page))
            node = tag(place, document=html.etree_element, root=place.element, canvas=canvas)
            graphics = canvas.graphics()
            if graphics.pool:
                # Their names could be those of others on the page.
                raise ValueError("Parts hold text, no pictures")
            yield Piece(canvas.segments(), node, canvas.fonts, graphics)

    def _lay_out(self, html: Any, styles: list[Any]) -> Any:
        return html.render(stylesheets=styles, font_config=self._configuration, pdf_variant="pdf/ua-1", cache=_Pictures())


class _Pictures(dict[str, Any]):
    """The pictures of a document by address; those of places need not be loaded."""

    def __contains__(self, address: object) -> bool:
        return str(address).startswith(("code:", "part:")) or super().__contains__(address)

    def __missing__(self, address: str) -> CodePlace:
        kind, number = address.split(":")
        place = CodePlace(int(number)) if kind == "code" else PartPlace(int(number))
        self[address] = place
        return place


def _parse_html(body: str, language: str) -> Any:
    # Neither files nor the network, whatever the texts on the page contain.
    fetcher = URLFetcher(allowed_protocols={"data"})
    return HTML(string=f'<!DOCTYPE html><html lang="{escape(language)}"><head></head>{body}</html>', url_fetcher=fetcher)


@lru_cache(maxsize=64)
def _parse_style(style: str) -> Any:
    return CSS(string=style)


def _codes_of(canvas: Canvas) -> list[tuple[int, Spot]]:
    places = [(box.replacement, spot) for box, spot in canvas.spots.items()]
    return [(place.number, spot) for place, spot in places if isinstance(place, CodePlace) and not isinstance(place, PartPlace)]


def _holes_of(page: Any, root: Any, canvas: Canvas) -> list[Hole]:
    """By number."""
    parents = {child: parent for parent in root.iter() for child in parent}
    displays = {box.element: display for box in _boxes_in(page) for kind, display in _DISPLAYS if isinstance(box, kind)}
    holes = {}
    for box, spot in canvas.spots.items():
        if isinstance(box.replacement, PartPlace):
            if not spot.width or not spot.height:
                raise ValueError("A part stands in an element without a definite width and height")
            element = parents[box.element]
            size = f"width:{spot.width:.3f}px;height:{spot.height:.3f}px;display:{displays.get(element, 'block')}"
            place = (_open(element, **{_HOLE: "", "style": f"{element.get('style', '')};{size}"}), f"</{element.tag}>")
            before, after = "", ""
            while (element := parents[element]).tag != "body":
                before, after = _open(element, **{_AROUND: ""}) + before, f"{after}</{element.tag}>"
            holes[box.replacement.number] = Hole(spot, _open(element, **{_AROUND: ""}), (before, after), place)
    return [holes[number] for number in sorted(holes)]


def _open(element: Any, **more: str) -> str:
    written = "".join(f' {name}="{escape(value)}"' for name, value in (element.attrib | more).items())
    return f"<{element.tag}{written}>"


def _boxes_in(box: Any) -> Iterator[Any]:
    """A box and all in it, in the order of the document."""
    if isinstance(box, AbsolutePlaceholder):
        box = box._box
    yield box
    for child in getattr(box, "children", ()):
        yield from _boxes_in(child)


def _ends_above(box: Any, edge: float) -> bool:
    """Whether a box and what flows in it do; what is placed by hand may stand anywhere."""
    return all(
        child.position_y + child.margin_height() <= edge and _ends_above(child, edge)
        for child in getattr(box, "children", ())
        if not isinstance(child, AbsolutePlaceholder)
    )


def _fits(place: Any) -> bool:
    left, top = place.content_box_x() - _TOLERANCE, place.content_box_y() - _TOLERANCE
    right, bottom = left + place.width + 2 * _TOLERANCE, top + place.height + 2 * _TOLERANCE
    return all(
        box.position_x >= left
        and box.position_y >= top
        and box.position_x + box.margin_width() <= right
        and box.position_y + box.margin_height() <= bottom
        for child in place.children
        for box in _boxes_in(child)
    )


def _keep(shelf: dict[Any, Any], things: dict[Any, Any], most: int) -> None:
    """Add what was taken out or is new, and forget what was not used for longest."""
    shelf.update(things)
    while len(shelf) > most:
        del shelf[next(iter(shelf))]
