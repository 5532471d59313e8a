"""Sheets as one PDF/UA-1: laid out by WeasyPrint piece by piece, and read back before anything of it is handed out."""

import io
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from tempfile import SpooledTemporaryFile
from threading import local
from typing import TYPE_CHECKING, BinaryIO, cast

from clea_portal.posters.errors import TooManyPages
from clea_portal.posters.proof import Place, prove_pdf
from clea_portal.posters.sheets import Sheet, split_parts

if TYPE_CHECKING:
    from clea_portal.posters.pieces import Frame, Hole, PartKey, Piece, Setter

MAX_PAGES = 1000
# Sheets whose parts are laid out together: this many share the work that each run of WeasyPrint costs.
_TOGETHER = 20
_IN_MEMORY = 64_000_000
_setters = local()

Report = Callable[[int, int], None]


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
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as draft:
        # A page counts for two thirds when it is made, and for the rest when it is read back.
        pages = write_unproven(
            sheets,
            cast("BinaryIO", draft),
            title=title,
            language=language,
            created_on=created_on,
            report=lambda done: report(2 * done // 3, total) if report else None,
        )
        prove_pdf(cast("BinaryIO", draft), pages, report=lambda done: report((2 * total + done) // 3, total) if report else None)
        draft.seek(0)
        shutil.copyfileobj(draft, file)


def write_unproven(
    sheets: Iterable[Sheet],
    file: BinaryIO,
    *,
    title: str,
    language: str,
    created_on: date,
    report: Callable[[int], None] | None = None,
) -> list[list[Place]]:
    """The same without reading back, never to be handed out: where the codes stand on each page."""
    # Imported late: it takes half a second, which processes that print nothing need not spend.
    from clea_portal.posters.binding import Binder  # noqa: PLC0415

    binder = Binder(file, title=title, language=language, created_on=created_on)
    pages: list[list[Place]] = []
    remaining = iter(sheets)
    while window := list(islice(remaining, _TOGETHER)):
        if len(pages) + len(window) > MAX_PAGES:
            raise TooManyPages
        for sheet, (frame, parts) in zip(window, _set(window), strict=True):
            binder.add(frame, parts, sheet.codes, title=sheet.title, language=sheet.language)
            pages.append([Place(*spot.box(), sheet.codes[number].link) for number, spot in frame.codes])
        if report:
            report(len(pages))
    if not pages:
        raise ValueError("a document needs a page")
    binder.finish()
    return pages


def _set(sheets: Sequence[Sheet]) -> "list[tuple[Frame, list[Piece]]]":
    """Of each sheet the first body that fits, and of each of its parts the first variant that fits."""
    attempts = [_Attempt(sheet) for sheet in sheets]
    while open_attempts := [attempt for attempt in attempts if attempt.parts is None]:
        pieces = _setter().parts(key for attempt in open_attempts for key in attempt.part_keys())
        for attempt in open_attempts:
            attempt.take(pieces)
    return [(attempt.frame, attempt.parts or []) for attempt in attempts]


class _Attempt:
    """A sheet on the way to a body and parts that fit."""

    frame: "Frame"

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._bodies = iter(sheet.bodies)
        self.parts: list[Piece] | None = None
        self._next_body()

    def _next_body(self) -> None:
        for body in self._bodies:
            frame_body, self._variants = split_parts(body)
            frame = _setter().frame(frame_body, style=self._sheet.style, language=self._sheet.language)
            if frame is None:
                continue
            if {number for number, _ in frame.codes} != set(range(len(self._sheet.codes))):
                raise ValueError("every code needs a place on its sheet, and every place a code")
            self.frame = frame
            self._chosen = [0] * len(self._variants)
            return
        raise self._sheet.too_long

    def part_keys(self) -> "Iterator[PartKey]":
        for hole, variants, chosen in zip(self.frame.holes, self._variants, self._chosen, strict=True):
            yield self._key(hole, variants[chosen])

    def take(self, pieces: "dict[PartKey, Piece | None]") -> None:
        found = [pieces[key] for key in self.part_keys()]
        if all(found):
            self.parts = [piece for piece in found if piece]
            return
        self._chosen = [chosen + (piece is None) for chosen, piece in zip(self._chosen, found, strict=True)]
        if any(chosen == len(variants) for chosen, variants in zip(self._chosen, self._variants, strict=True)):
            self._next_body()

    def _key(self, hole: "Hole", html: str) -> "PartKey":
        from clea_portal.posters.pieces import PartKey  # noqa: PLC0415

        return PartKey(self._sheet.style, self._sheet.language, hole.body, hole.around, hole.place, html)


def _setter() -> "Setter":
    from clea_portal.posters.pieces import Setter  # noqa: PLC0415

    if not hasattr(_setters, "setter"):
        _setters.setter = Setter()
    return cast("Setter", _setters.setter)
