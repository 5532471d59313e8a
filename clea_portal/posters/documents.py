"""Posters as PDF."""

import io
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import BinaryIO

from django.template.loader import render_to_string
from django.utils.translation import override

from clea_portal.posters.fitting import NAME_SIZES, first_size
from clea_portal.posters.layouts import Layout
from clea_portal.posters.names import is_right_to_left
from clea_portal.posters.poster import Poster
from clea_portal.posters.sheets import Code, Sheet
from clea_portal.posters.typesetting import write_sheets
from clea_portal.posters.wording import word

Report = Callable[[int, int], None]


def render_pdf(posters: Poster | Iterable[Poster], *, layout: Layout = Layout.A4, report: Report | None = None) -> bytes:
    """The same as `write_pdf`, in memory; a single poster need not be in a list."""
    file = io.BytesIO()
    write_pdf([posters] if isinstance(posters, Poster) else posters, file, layout=layout, report=report)
    return file.getvalue()


def write_pdf(posters: Iterable[Poster], file: BinaryIO, *, layout: Layout = Layout.A4, report: Report | None = None) -> None:
    """One PDF/UA-1 with the posters in their order, codes as vectors; every code is read back before anything is written.

    The same posters give the same bytes. `report(done, total)` is called as pages get ready. Raises a BadPoster when one does
    not fit (LinkUnfit, NameTooLong) or they are more than 1,000 pages (TooManyPages); PosterUnreadable when a code does not
    read back as its deep link; ValueError when there are none.
    """
    everything = list(posters)
    first = everything[0]
    with override(first.language):
        title = word(first).title
    write_sheets(
        _compose(everything),
        file,
        total=len(everything),
        title=title,
        language=first.language,
        created_on=first.created_on,
        report=report,
    )


def _compose(posters: Iterable[Poster]) -> Iterator[Sheet]:
    for poster in posters:
        with override(poster.language):
            wording = word(poster)
        yield Sheet(
            bodies=_bodies(poster),
            style=_style(),
            title=poster.name,
            language=poster.language,
            codes=(Code(link=poster.deep_link, alternative=wording.picture),),
        )


def _bodies(poster: Poster) -> Iterator[str]:
    first = first_size(poster.name)
    for size, is_tight in [(first, False), *((size, True) for size in range(first, len(NAME_SIZES)))]:
        with override(poster.language):
            context = {
                "poster": poster,
                "wording": word(poster),
                "name_direction": "rtl" if is_right_to_left(poster.name) else "ltr",
                "check_code": f"{poster.check_code[:3]} {poster.check_code[3:]}",
                "name_size": size,
                "is_tight": is_tight,
            }
            yield render_to_string("posters/poster.html", context)


@cache
def _style() -> str:
    return Path(__file__).with_name("poster.css").read_text(encoding="utf-8")
