"""The style sheet of a page: measures from `faces` and `layouts`, everything else from poster.css."""

import base64
from functools import cache, lru_cache
from pathlib import Path

from clea_portal.posters.faces import Area, Face
from clea_portal.posters.layouts import Layout

_STYLE = Path(__file__).with_name("poster.css")
_PAPERS = Path(__file__).with_name("papers.css")
# Half the length of a cut mark, and how far apart two cells are still one cut.
_MARK = 2.0


@lru_cache(maxsize=128)
def style_of(layout: Layout, *, variants: tuple[tuple[bool, bool], ...], accents: tuple[str, ...]) -> str:
    """`variants`: (large print, right to left) of the prints on the page; `accents`: their colours."""
    width, height = layout.page
    rules = [f"@page {{ size: {width:.4f}mm {height:.4f}mm; margin: 0; }}", common_style()]
    rules += [
        f".cell-{place} {{ left: {cell.left:.4f}mm; top: {cell.top:.4f}mm; }}" for place, cell in enumerate(layout.sheet.cells)
    ]
    for large_print, right_to_left in variants:
        face = layout.face(large_print=large_print)
        rules.append(_measures(face.mirrored() if right_to_left else face, f".v{int(large_print)}{int(right_to_left)}"))
    rules += [
        f".tint-{accent[1:]} .accent, .tint-{accent[1:]} h2, .tint-{accent[1:]} .application strong {{ color: {accent}; }}"
        f".tint-{accent[1:]} .number {{ background: {accent}; }}"
        f".tint-{accent[1:]} .frame, .tint-{accent[1:]} .rule {{ border-color: {accent}; }}"
        for accent in accents
    ]
    if layout.sheet.has_cut_marks:
        rules.append(f"body {{ background: url({_cut_marks(layout)}) no-repeat 0 0 / {width}mm {height}mm; }}")
    if layout is Layout.TENT:
        rules.append(f"body {{ background: url({_fold_marks(width, height)}) no-repeat 0 0 / {width}mm {height}mm; }}")
    rules.append(f"body {{ width: {width}mm; height: {height}mm; }}")
    return "\n".join(rules)


@lru_cache(maxsize=64)
def paper_style(accent: str) -> str:
    """Of sheets to read and to write on (papers.css)."""
    tint = f".tint h1 {{ color: {accent}; }} .tint .line {{ border-color: {accent}; }} .instructions h2 {{ color: {accent}; }}"
    return "\n".join((common_style(), _PAPERS.read_text(encoding="utf-8"), tint))


@cache
def common_style() -> str:
    return _STYLE.read_text(encoding="utf-8")


def _measures(face: Face, variant: str) -> str:
    rules = [f".cell{variant} {{ width: {face.width:.4f}mm; height: {face.height:.4f}mm; }}"]
    rules += [_measure(f"{variant} .{name}", area) for name, area in face.areas(is_dated=False).items()]
    rules += [_measure(f"{variant} .name.with-date", face.dated_name), _measure(f"{variant} .date", face.date)]
    if face.logo:
        rules.append(_measure(f"{variant} .logo", face.logo))
    if face.header and face.logo:
        left, right = min(face.header.left, face.logo.left), max(area.left + area.width for area in (face.header, face.logo))
        top = face.header.top + face.header.height + 1
        rules.append(f"{variant} .rule {{ left: {left:.4f}mm; top: {top:.4f}mm; width: {right - left:.4f}mm; }}")
    left, top, side = face.code
    rules.append(f"{variant} .code {{ left: {left:.4f}mm; top: {top:.4f}mm; width: {side:.4f}mm; height: {side:.4f}mm; }}")
    edge = side * 0.018
    rules.append(
        f"{variant} .frame {{ left: {left - edge:.4f}mm; top: {top - edge:.4f}mm; width: {side + 1.2 * edge:.4f}mm; "
        f"height: {side + 1.2 * edge:.4f}mm; border-width: {0.4 * edge:.4f}mm; border-radius: {2 * edge:.4f}mm; }}"
    )
    return "\n".join(rules)


def _measure(selector: str, area: Area) -> str:
    left, top, width, height = area[:4]
    return f"{selector} {{ left: {left:.4f}mm; top: {top:.4f}mm; width: {width:.4f}mm; height: {height:.4f}mm; }}"


def _cut_marks(layout: Layout) -> str:
    """A cross at every corner of every cell; on the outside up to the edge of the page."""
    face = layout.face()
    columns = sorted({round(edge, 3) for cell in layout.sheet.cells for edge in (cell.left, cell.left + face.width)})
    rows = sorted({round(edge, 3) for cell in layout.sheet.cells for edge in (cell.top, cell.top + face.height)})
    width, height = layout.page
    lines = [f"M{x} {y - _MARK}v{2 * _MARK}M{x - _MARK} {y}h{2 * _MARK}" for x in columns for y in rows]
    lines += [f"M{x} 0V{rows[0]}M{x} {height}V{rows[-1]}" for x in columns]
    lines += [f"M0 {y}H{columns[0]}M{width} {y}H{columns[-1]}" for y in rows]
    return _drawing(width, height, f'<path d="{"".join(lines)}" stroke="#9aa5a8" stroke-width=".15" fill="none"/>')


def _fold_marks(width: float, height: float) -> str:
    middle = height / 2
    line = f"M0 {middle}H{width}"
    return _drawing(
        width, height, f'<path d="{line}" stroke="#9aa5a8" stroke-width=".2" stroke-dasharray="1.5 2.5" fill="none"/>'
    )


def _drawing(width: float, height: float, content: str) -> str:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{content}</svg>'
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
