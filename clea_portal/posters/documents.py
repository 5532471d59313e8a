"""Posters as PDF."""

import io
from collections.abc import Callable, Iterable
from typing import BinaryIO

from clea_portal.posters.composing import compose, count_sheets
from clea_portal.posters.layouts import Layout
from clea_portal.posters.poster import Poster
from clea_portal.posters.typesetting import write_sheets
from clea_portal.posters.wording import word

Report = Callable[[int, int], None]


def render_pdf(
    posters: Poster | Iterable[Poster], *, layout: Layout = Layout.A4, fill: bool = False, report: Report | None = None
) -> bytes:
    """The same as `write_pdf`, in memory; a single poster need not be in a list."""
    file = io.BytesIO()
    write_pdf([posters] if isinstance(posters, Poster) else posters, file, layout=layout, fill=fill, report=report)
    return file.getvalue()


def write_pdf(
    posters: Iterable[Poster],
    file: BinaryIO,
    *,
    layout: Layout = Layout.A4,
    fill: bool = False,
    report: Report | None = None,
) -> None:
    """One PDF/UA-1 with the posters in their order, codes as vectors; every code is read back before anything is written.

    As many to the page as the layout holds; `fill`: each on pages of its own, repeated until they are full.

    The same posters give the same bytes. `report(done, total)` is called as pages get ready. Raises a BadPoster when one does
    not fit (LinkUnfit, NameTooLong) or they are more than 1,000 pages (TooManyPages); PosterUnreadable when a code does not
    read back as its deep link; ValueError when there are none.
    """
    everything = list(posters)
    first = everything[0]
    write_sheets(
        compose(everything, layout=layout, fill=fill),
        file,
        total=count_sheets(everything, layout=layout, fill=fill),
        title=word(first, first.language).title,
        language=first.language,
        created_on=first.created_on,
        report=report,
    )
