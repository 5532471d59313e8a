import io
from dataclasses import replace
from datetime import date

import pytest

from clea_portal.posters.errors import PosterUnreadable
from clea_portal.posters.pictures import render_svg
from clea_portal.posters.proof import Place, prove_pdf, prove_svg
from clea_portal.posters.typesetting import write_unproven
from tests.clea_portal.posters.making import LINK, LINK_WITHOUT_CONTACT
from tests.clea_portal.posters.sheets import CODE, CODES, sheet


def made(*bodies: str) -> tuple[bytes, list[list[Place]]]:
    file = io.BytesIO()
    sheets = [sheet(body, codes=CODES) for body in bodies]
    pages = write_unproven(sheets, file, title="x", language="en", created_on=date(2027, 6, 1))
    return file.getvalue(), pages


def test_proof_accepts_each_code_in_its_place_and_nothing_else() -> None:
    content, pages = made(CODE, CODE * 2)
    counted: list[int] = []
    prove_pdf(content, pages, report=counted.append)
    assert counted == [1, 2]
    (place,) = pages[0]
    other = replace(place, link=LINK_WITHOUT_CONTACT)
    beside = replace(place, left=place.left + 20, right=place.right + 20)
    both = replace(place, bottom=pages[1][1].bottom)
    for wrong in ([[other], pages[1]], [[beside], pages[1]], [pages[0], [place, other]], [pages[0], [both]]):
        with pytest.raises(PosterUnreadable):
            prove_pdf(content, wrong)


def test_proof_counts_pages() -> None:
    content, pages = made(CODE, CODE)
    for wrong in (pages[:1], pages * 2):
        with pytest.raises(PosterUnreadable):
            prove_pdf(content, wrong)


def test_places_are_where_the_codes_are() -> None:
    _, ((place,),) = made(CODE)
    millimetre = 72 / 25.4
    edges = [round(edge / millimetre, 2) for edge in (place.left, place.bottom, place.right, place.top)]
    assert (edges, place.link) == ([5, 65, 55, 115], LINK)


@pytest.mark.parametrize("kind", ["many pages at once", "from a file"])
def test_proof_of_many_pages(kind: str) -> None:
    content, pages = made(*[CODE] * 60)
    prove_pdf(io.BytesIO(content) if kind == "from a file" else content, pages)
    pages[58] = [replace(pages[58][0], link=LINK_WITHOUT_CONTACT)]
    with pytest.raises(PosterUnreadable):
        prove_pdf(content, pages)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'd="', b'd="M4 4v7h7v-7z'),  # a finder pattern whose dark square is filled twice, hence light
        (b'z"', b'zM4 4l9 9z"'),  # something that is no rectangle
        (b'd="', b'd="M70 4v1h9v-1z'),  # beyond the border
        (b'd="', b'd="M4 4v2h1v-1z'),  # not closed where it began
    ],
)
def test_proof_reads_a_picture_of_lines_as_it_is_written(old: bytes, new: bytes) -> None:
    content = render_svg(LINK)
    prove_svg(content, deep_link=LINK)
    start, _path, end = content.rpartition(b"<path")
    with pytest.raises(PosterUnreadable):
        prove_svg(start + _path + end.replace(old, new), deep_link=LINK)


def test_proof_of_a_picture_of_lines_with_another_code() -> None:
    with pytest.raises(PosterUnreadable):
        prove_svg(render_svg(LINK_WITHOUT_CONTACT), deep_link=LINK)
