"""Bytes of a picture or PDF in, CLEA deep links out. Imports no Django: it also runs in a bare child process."""

import time
from collections.abc import Callable, Sequence
from functools import partial

from PIL import Image

from clea_portal.protocol.errors import ProtocolError
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import decode_header
from clea_portal.scanning.attempts import Attempt, look_closer, look_deeper, look_hardest, look_once, look_sharper
from clea_portal.scanning.files import Pages, open_pages
from clea_portal.scanning.inspection import inspect
from clea_portal.scanning.measures import explain_miss
from clea_portal.scanning.results import MAX_BYTES, MAX_PAGES, MAX_PIXELS, Advice, Inspection, Reading, RefusedError
from clea_portal.scanning.symbols import Symbol, in_reading_order, look

Wanted = Callable[[str], bool]
# What a QR code of version 40 holds at level M.
LONGEST_TEXT = 2331
# Seconds of the processor for each page. What is not found by then is as good as unreadable, and a person waits.
PATIENCE = 2.2

__all__ = ["MAX_BYTES", "MAX_PAGES", "MAX_PIXELS", "Advice", "Reading", "decode_image", "is_deep_link", "read_content"]


def read_content(content: bytes, *, seconds: float = 15, is_inspecting: bool = False, mark: str = "") -> Reading:
    """Read the deep links of a JPEG, PNG, WebP, AVIF, HEIC or PDF in this process; ``is_inspecting``: measure the first one, too.

    With ``mark``, other texts are wanted instead: those that begin with it.

    Bad content never raises: it gives a Reading with advice. After ``seconds`` no further attempt is begun; one that runs is
    not cut off, and memory is not bounded: for files of strangers use ``read_isolated``.
    """
    start = time.monotonic()
    links: tuple[str, ...] = ()
    count = 0
    inspection = None
    try:
        pages = open_pages(content)
        count = len(pages)
        is_wanted = partial(begins_with, mark) if mark else is_deep_link
        seen, is_out_of_time = _read_pages(pages, is_wanted, until=start + seconds)
        links, advice = _conclude(pages, seen, is_wanted, is_out_of_time=is_out_of_time)
        if is_inspecting and links:
            inspection = _inspect(pages, seen, links[0])
    except RefusedError as refusal:
        advice = refusal.advice
    except MemoryError:
        advice = Advice.TOO_HARD
    milliseconds = round(1000 * (time.monotonic() - start))
    return Reading(links=links, advice=advice, milliseconds=milliseconds, pages=count, inspection=inspection)


def decode_image(image: Image.Image) -> tuple[str, ...]:
    """Texts of all QR codes in a clean picture, top left to bottom right: one plain look, nothing filtered."""
    return tuple(symbol.text for symbol in in_reading_order(look(image.convert("L"))) if symbol.text is not None)


def is_deep_link(text: str) -> bool:
    """Whether the text is a CLEA deep link: a prefix and an LSP with a valid clear header (CLEA protocol, LSP)."""
    try:
        link = parse_link(text)
        decode_header(link.lsp)
    except ProtocolError:
        return False
    return link.prefix is not None


def begins_with(mark: str, text: str) -> bool:
    """Whether a code's text is one of our own that is no link: ASCII, behind its mark."""
    return len(mark) < len(text) <= LONGEST_TEXT and text.isascii() and text.isprintable() and text.startswith(mark)


def _read_pages(pages: Pages, is_wanted: Wanted, *, until: float) -> tuple[list[list[Symbol]], bool]:
    """What was seen on each page, and whether the time was up before everything had been tried."""
    seen: list[list[Symbol]] = [[] for _ in range(len(pages))]
    finest, spent_before = pages.resolutions[-1], time.process_time()
    # All pages get the cheap looks before any gets the expensive ones: a code on page 30 must not wait for 29 of register.
    attempts: list[tuple[int, Attempt]] = [(resolution, look_once) for resolution in pages.resolutions]
    attempts += [(finest, attempt) for attempt in (look_closer, look_deeper, look_sharper, look_hardest)]
    for number, (resolution, attempt) in enumerate(attempts):
        for page, symbols in enumerate(seen):
            if number > 0 and not _is_open(symbols, seen, is_wanted):
                continue
            for more in attempt(pages.draw(page, resolution), tuple(symbols)):
                symbols.extend(more)
                if not _is_open(symbols, seen, is_wanted):
                    break
                if time.monotonic() > until:
                    # Of a single picture it can be said what is wrong with it.
                    return seen, len(pages) > 1
                if time.process_time() - spent_before > PATIENCE * len(pages):
                    return seen, False
    return seen, False


def _inspect(pages: Pages, seen: Sequence[Sequence[Symbol]], link: str) -> Inspection:
    number, symbol = next((number, symbol) for number, page in enumerate(seen) for symbol in page if symbol.text == link)
    image = pages.draw(number, pages.resolutions[-1])
    return inspect(image, symbol, needed_help=link not in decode_image(image))


def _is_open(symbols: Sequence[Symbol], seen: Sequence[Sequence[Symbol]], is_wanted: Wanted) -> bool:
    """Whether a page is worth another look: no link on any page yet, or a code on this one that nobody has decoded."""
    if not any(symbol.text is not None and is_wanted(symbol.text) for page in seen for symbol in page):
        return True
    decoded = [symbol for symbol in symbols if symbol.text is not None]
    return any(symbol.text is None and not any(other.covers(symbol) for other in decoded) for symbol in symbols)


def _conclude(
    pages: Pages, seen: Sequence[Sequence[Symbol]], is_wanted: Wanted, *, is_out_of_time: bool
) -> tuple[tuple[str, ...], Advice | None]:
    texts = [symbol.text for page in seen for symbol in in_reading_order(page) if symbol.text is not None]
    links = tuple(dict.fromkeys(text for text in texts if is_wanted(text)))
    if links:
        return links, None
    if texts:
        return (), Advice.NOT_CLEA
    if is_out_of_time:
        return (), Advice.TIMED_OUT
    page = next((number for number, symbols in enumerate(seen) if symbols), 0)
    return (), explain_miss(pages.draw(page, pages.resolutions[-1]), seen[page])
