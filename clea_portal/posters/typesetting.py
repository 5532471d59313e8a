"""HTML laid out by WeasyPrint, with nothing fetched from anywhere."""

from functools import cache
from pathlib import Path
from threading import local
from typing import Any

_STYLE = Path(__file__).with_name("poster.css")
_fonts = local()


def lay_out(page: str) -> Any:
    """The WeasyPrint document of an HTML page, in the posters' style; its `pages` tell whether it fits on one."""
    # Imported late, here and below: it takes half a second, which processes that print nothing need not spend.
    from weasyprint import HTML, URLFetcher  # noqa: PLC0415

    # Neither files nor the network, whatever the texts on the page contain.
    html = HTML(string=page, url_fetcher=URLFetcher(allowed_protocols={"data"}))
    return html.render(stylesheets=[_style()], font_config=_font_configuration(), pdf_variant="pdf/ua-1")


def write_pdf(document: Any) -> bytes:
    """The laid out document as tagged PDF/UA-1."""
    return bytes(document.write_pdf(pdf_variant="pdf/ua-1"))


@cache
def _style() -> Any:
    from weasyprint import CSS  # noqa: PLC0415

    return CSS(string=_STYLE.read_text(encoding="utf-8"))


def _font_configuration() -> Any:
    """One per thread: to look through the installed fonts each time would cost a tenth of the whole."""
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

    if not hasattr(_fonts, "configuration"):
        _fonts.configuration = FontConfiguration()
    return _fonts.configuration
