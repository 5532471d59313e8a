import io
from typing import Any

import pytest
from pypdf import PdfReader

from clea_portal.posters.symbol import make_symbol
from tests.clea_portal.posters.making import LINK, draw_page
from tests.clea_portal.posters.sheets import CODE, CODES, render, sheet


def catalog_of(content: bytes) -> Any:
    return PdfReader(io.BytesIO(content)).trailer["/Root"]


def test_document_says_what_it_is() -> None:
    content = render(sheet("One"), language="fr")
    reader = PdfReader(io.BytesIO(content))
    catalog = reader.trailer["/Root"]
    assert content.startswith(b"%PDF-1.7\n")
    assert (catalog["/Lang"], catalog["/MarkInfo"], catalog["/ViewerPreferences"]) == (
        "fr",
        {"/Marked": True},
        {"/DisplayDocTitle": True},
    )
    assert reader.metadata == {"/Title": "Sheets", "/Producer": reader.metadata.producer, "/CreationDate": "D:20270601"}
    assert reader.xmp_metadata.dc_title == {"x-default": "Sheets"}
    assert b'pdfuaid:part="1"' in catalog["/Metadata"].get_data()
    (page,) = reader.pages
    assert page["/Tabs"] == "/S"
    assert [round(float(side), 2) for side in page.mediabox] == [0, 0, 283.46, 340.16]


def test_bookmarks_of_several_pages() -> None:
    assert "/Outlines" not in catalog_of(render(sheet("One")))
    reader = PdfReader(io.BytesIO(render(*(sheet("x", title=title) for title in ("Monday", "Été (2)", "Арт")))))
    marks = [(mark.title, reader.get_destination_page_number(mark)) for mark in reader.outline]
    assert marks == [("Monday", 0), ("Été (2)", 1), ("Арт", 2)]


def test_fonts_are_embedded_with_their_letters_only() -> None:
    content = render(sheet("Names: Łódź, Музей, 北京饭店, مطعم, ירושלים, ร้าน, 🍕"), sheet("plain"))
    fonts = PdfReader(io.BytesIO(content)).pages[1]["/Resources"]["/Font"]
    names = set()
    for font in fonts.values():
        assert "/ToUnicode" in font
        (descendant,) = font["/DescendantFonts"]
        assert "/FontFile2" in descendant.get_object()["/FontDescriptor"]
        names.add(font["/BaseFont"].split("+")[1])
    assert {"Noto-Sans", "Noto-Sans-Thai", "Noto-Color-Emoji"} <= names
    assert len(content) < 80_000


def test_same_picture_on_many_pages_is_stored_once() -> None:
    pixel = (
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    reader = PdfReader(io.BytesIO(render(*(sheet(f'<img alt="Logo" src="{pixel}">{n} 🍕') for n in range(3)))))
    used = [
        {page["/Resources"]["/XObject"].raw_get(name).idnum for name in page["/Resources"]["/XObject"]} for page in reader.pages
    ]
    assert len(used[0]) == 2
    assert used[0] == used[1] == used[2]


def test_code_is_one_filled_shape() -> None:
    (page,) = PdfReader(io.BytesIO(render(sheet(CODE, codes=CODES)))).pages
    form = page["/Resources"]["/XObject"]["/C0"]
    *rectangles, fill = form.get_data().decode().split("\n")[1:]
    assert (form["/Subtype"], form["/BBox"], fill) == ("/Form", [0, 0, 73, 73], "f")
    assert all(rectangle.endswith(" re") for rectangle in rectangles)


@pytest.mark.parametrize("dots_per_inch", [97, 133, 211])
def test_dark_areas_of_a_code_show_no_hairlines(dots_per_inch: int) -> None:
    page = draw_page(render(sheet(CODE, codes=CODES)), dots_per_inch=dots_per_inch)
    millimetre = dots_per_inch / 25.4
    module = 50 * millimetre / 73
    edge = 5 * millimetre + 4 * module
    rows = make_symbol(LINK).matrix
    squares = [
        (x, y) for y in range(64) for x in range(64) if rows[y][x] and rows[y][x + 1] and rows[y + 1][x] and rows[y + 1][x + 1]
    ]
    for x, y in squares:
        left, top, right, bottom = (int(edge + (place + 0.5) * module) for place in (x, y, x + 1, y + 1))
        assert page.crop((left, top, right + 1, bottom + 1)).getextrema() == (0, 0)
