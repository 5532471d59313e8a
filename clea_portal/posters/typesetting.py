"""Sheets laid out by WeasyPrint and written as one PDF/UA-1, with nothing fetched from anywhere."""

import io
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from html import escape
from threading import local
from typing import Any, BinaryIO

from clea_portal.posters.errors import TooManyPages
from clea_portal.posters.proof import Place, prove_pdf
from clea_portal.posters.sheets import Code, Sheet
from clea_portal.posters.symbol import SIDE, make_symbol, operators_of

MAX_PAGES = 1000
Report = Callable[[int, int], None]
_fonts = local()


def render_sheets(
    sheets: Iterable[Sheet], *, total: int, title: str, language: str, created_on: date, report: Report | None = None
) -> bytes:
    """The same as `write_sheets`, in memory."""
    file = io.BytesIO()
    write_sheets(sheets, file, total=total, title=title, language=language, created_on=created_on, report=report)
    return file.getvalue()


def write_sheets(
    sheets: Iterable[Sheet],
    file: BinaryIO,
    *,
    total: int,
    title: str,
    language: str,
    created_on: date,
    report: Report | None = None,
) -> None:
    """One PDF/UA-1 with a page for each sheet. Nothing is written to `file` before every code was read back.

    `total`: the number of sheets, 1 to 1,000, for `report(done, total)`. The same sheets give the same bytes. Raises
    TooManyPages, whatever a sheet says when it fits on no page, LinkUnfit, PosterUnreadable.
    """
    if total > MAX_PAGES:
        raise TooManyPages
    from weasyprint import Document  # noqa: PLC0415

    documents = []
    places: list[list[Place]] = []
    for sheet in sheets:
        if len(documents) == MAX_PAGES:
            raise TooManyPages
        document, places_here = _lay_out_sheet(sheet, title=title, language=language, created_on=created_on)
        documents.append(document)
        places.append(places_here)
    first: Document = documents[0]
    content = bytes(first.copy([document.pages[0] for document in documents]).write_pdf(pdf_variant="pdf/ua-1"))
    prove_pdf(content, places)
    file.write(content)
    if report:
        report(total, total)


def _lay_out_sheet(sheet: Sheet, *, title: str, language: str, created_on: date) -> tuple[Any, list[Place]]:
    places: list[Place] = []
    images = _Images(sheet.codes, places)
    for body in sheet.bodies:
        page = (
            f'<html lang="{escape(language)}"><head><title>{escape(title)}</title>'
            f'<meta name="dcterms.created" content="{created_on:%Y-%m-%d}"></head>{body}</html>'
        )
        document = lay_out(page, style=sheet.style, images=images)
        if len(document.pages) == 1:
            return document, places
    raise sheet.too_long


class _Images(dict[str, Any]):
    def __init__(self, codes: tuple[Code, ...], places: list[Place]) -> None:
        super().__init__({f"code:{number}": _CodeImage(code, places) for number, code in enumerate(codes)})


class _CodeImage:
    def __init__(self, code: Code, places: list[Place]) -> None:
        self._code, self._places = code, places

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[None, None, float]:
        return None, None, 1.0

    def draw(self, stream: Any, width: float, height: float, _style: Any) -> None:
        self._places.append(_place(stream.ctm, width, height, link=self._code.link))
        stream.transform(a=width / SIDE, d=height / SIDE)
        stream.stream.append(b"0 g " + operators_of(make_symbol(self._code.link)))


def _place(matrix: Any, width: float, height: float, *, link: str) -> Place:
    corners = [matrix.transform_point(x, y) for x in (0, width) for y in (0, height)]
    xs, ys = zip(*corners, strict=True)
    return Place(min(xs), min(ys), max(xs), max(ys), link)


def lay_out(page: str, *, style: str, images: dict[str, Any] | None = None) -> Any:
    """The WeasyPrint document of an HTML page in a style; its `pages` tell whether it fits on one."""
    # Imported late, here and below: it takes half a second, which processes that print nothing need not spend.
    from weasyprint import HTML, URLFetcher  # noqa: PLC0415

    # Neither files nor the network, whatever the texts on the page contain.
    html = HTML(string=page, url_fetcher=URLFetcher(allowed_protocols={"data"}))
    return html.render(stylesheets=[_parse(style)], font_config=_font_configuration(), pdf_variant="pdf/ua-1", cache=images)


@lru_cache(maxsize=64)
def _parse(style: str) -> Any:
    from weasyprint import CSS  # noqa: PLC0415

    return CSS(string=style)


def _font_configuration() -> Any:
    """One per thread: to look through the installed fonts each time would cost a tenth of the whole."""
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

    if not hasattr(_fonts, "configuration"):
        _fonts.configuration = FontConfiguration()
    return _fonts.configuration
