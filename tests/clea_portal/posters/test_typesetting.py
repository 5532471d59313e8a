import io
import threading
from collections.abc import Iterable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from pypdf import PdfReader

from clea_portal.posters import binding
from clea_portal.posters.errors import LinkUnfit, NameTooLong, PosterUnreadable, TooManyPages
from clea_portal.posters.sheets import Code, Sheet
from clea_portal.posters.symbol import make_symbol
from clea_portal.posters.typesetting import MAX_PAGES, render_sheets, write_sheets
from tests.clea_portal.posters.making import LINK, LINK_WITHOUT_CONTACT, draw_page, text_of
from tests.clea_portal.posters.sheets import CODE, CODES, DRAWING, STYLE, part, render, sheet
from tests.clea_portal.posters.structure import parents_are_right, tags_in, unmarked
from tests.pictures import clea_link


def png() -> bytes:
    content = io.BytesIO()
    Image.new("L", (4, 4)).save(content, "PNG")
    return content.getvalue()


def images_of(body: str) -> int:
    (page,) = PdfReader(io.BytesIO(render(sheet(body)))).pages
    return len(page.images)


def test_files_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(png())
    address = (tmp_path / "secret.png").as_uri()
    assert images_of(f'<img alt="x" src="{address}"><div style="background: url({address})">x</div>') == 0


def test_network_is_not_asked() -> None:
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(png())

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        assert images_of(f'<img alt="x" src="http://127.0.0.1:{server.server_port}/x.png">') == 0
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert asked == []


@pytest.mark.parametrize(
    ("around", "inside"),
    [
        ('<div class="place">{}</div>', "<p>One line</p><p>and <strong>another</strong></p>"),
        ('<h1 class="place">{}</h1>', "Text right in the place, long enough for a second line of it"),
        ('<div class="warm"><section><div class="place">{}</div></section></div>', "<p><strong>Spaced</strong> and centred</p>"),
        ('<div class="place turned">{}</div>', "<p>Upside down</p>"),
        ('<div class="place bottom" style="position:relative;padding:0">{}</div>', "<p>At the bottom</p>"),
        ('<div dir="rtl" lang="ar"><p class="place">{}</p></div>', "مطعم دمشق 12:30"),
        ('<ul><li><p class="place">{}</p></li></ul>', "In a list"),
        ('<div class="place">{}</div>', "<p>Bar 🍕</p>"),
    ],
)
def test_parts_look_as_if_they_were_laid_out_in_their_place(around: str, inside: str) -> None:
    in_place, apart = (render(sheet(CODE + around.format(text), codes=CODES)) for text in (inside, part(inside)))
    pictures = [draw_page(content, dots_per_inch=150) for content in (in_place, apart)]
    assert ImageChops.difference(*pictures).getextrema()[1] <= 8
    assert tags_in(in_place) == tags_in(apart)
    for content in (in_place, apart):
        assert unmarked(content) == []
        assert parents_are_right(content)


def test_first_variant_that_fits_is_printed() -> None:
    variants = [f'<p style="font-size:{size}pt">A text of some length</p>' for size in (60, 30, 10, 8)]
    place = '<div class="place">{}</div>'
    assert render(sheet(place.format(part(*variants)))) == render(sheet(place.format(part(variants[2]))))
    with pytest.raises(NameTooLong):
        render(sheet(place.format(part(*variants[:2]))))


def test_a_word_wider_than_its_place_does_not_fit() -> None:
    with pytest.raises(NameTooLong):
        render(sheet(f'<div class="place" style="white-space:nowrap">{part("wide " * 20)}</div>'))


def test_first_body_that_fits_is_printed() -> None:
    tall = '<div style="height: 130mm">too tall</div>'
    full = f'<div class="place">{part("<p>line</p>" * 9)}</div>'
    assert text_of(render(sheet(tall, full, "fits", "fits too"))) == "fits"
    with pytest.raises(NameTooLong):
        render(sheet(tall, full))


def test_bodies_are_made_only_when_needed() -> None:
    def bodies() -> Iterator[str]:
        yield "<body>fits</body>"
        raise AssertionError

    assert text_of(render(Sheet(bodies=bodies(), style=STYLE, title="", language="en"))) == "fits"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (f"<div>{part('text')}</div>", "definite"),
        (f'<div class="place" style="height: auto">{part("text")}</div>', "definite"),
        (f'<div class="place">{part(DRAWING)}</div>', "pictures"),
    ],
)
def test_parts_that_cannot_be(body: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        render(sheet(body))


def test_each_code_has_a_place_and_each_place_a_code() -> None:
    for codes in ((), (*CODES, *CODES)):
        with pytest.raises(ValueError, match="every code"):
            render(sheet(CODE, codes=codes))


def test_every_code_on_a_page_is_read_back(monkeypatch: pytest.MonkeyPatch) -> None:
    links = [clea_link(n) for n in range(5)]
    codes = tuple(Code(link=link, alternative="A code") for link in links)
    places = "".join(f'<img src="code:{n}" alt="code" style="width:29mm;height:29mm">' for n in (0, 1, 2, 3, 4, 0))
    sheets = [sheet(places, codes=codes) for _ in range(2)]
    assert len(PdfReader(io.BytesIO(render(*sheets))).pages) == 2
    for wrong in links:
        monkeypatch.setattr(
            binding, "make_symbol", lambda link, wrong=wrong: make_symbol(LINK_WITHOUT_CONTACT if link == wrong else link)
        )
        with pytest.raises(PosterUnreadable):
            render(*sheets)


@pytest.mark.parametrize("covering", ["left:20mm;top:20mm", "left:2mm;top:2mm"])
def test_covered_code_is_refused(covering: str) -> None:
    cover = f'<div style="position:absolute;{covering};width:20mm;height:20mm;background:#fff"></div>'
    with pytest.raises(PosterUnreadable):
        render(sheet(CODE + cover, codes=CODES))


def test_nothing_is_written_before_all_is_read_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "make_symbol", lambda _link: make_symbol(LINK_WITHOUT_CONTACT))
    file = io.BytesIO()
    with pytest.raises(PosterUnreadable):
        write_sheets([sheet(CODE, codes=CODES)], file, total=1, title="x", language="en", created_on=date(2027, 6, 1))
    assert file.getvalue() == b""


def test_link_that_does_not_fit() -> None:
    with pytest.raises(LinkUnfit):
        render(sheet(CODE, codes=(Code(link=LINK + "A" * 100, alternative=""),)))


def test_progress_is_told_page_by_page() -> None:
    told: list[tuple[int, int]] = []
    render(*(sheet(CODE, codes=CODES) for _ in range(45)), report=lambda *numbers: told.append(numbers))
    assert told == sorted(told)
    assert told[:3] == [(13, 45), (26, 45), (30, 45)]
    assert told[-1] == (45, 45)


def test_most_pages_in_a_file() -> None:
    def pages(count: int) -> Iterable[Sheet]:
        return (sheet("page") for _ in range(count))

    for count, total in ((0, MAX_PAGES + 1), (MAX_PAGES + 1, 1)):
        with pytest.raises(TooManyPages):
            render_sheets(pages(count), total=total, title="x", language="en", created_on=date(2027, 6, 1))
    content = render_sheets(pages(MAX_PAGES), total=MAX_PAGES, title="x", language="en", created_on=date(2027, 6, 1))
    assert len(PdfReader(io.BytesIO(content)).pages) == MAX_PAGES


def test_no_pages() -> None:
    with pytest.raises(ValueError, match="a page"):
        render()


def test_what_pages_have_in_common_is_written_once() -> None:
    common = f'<p>The same on all pages</p><p class="place">{part("and this")}</p>'
    reader = PdfReader(io.BytesIO(render(*(sheet(common + f'<h1 class="place">{part(f"Day {n}")}</h1>') for n in range(3)))))
    frames, sames, days = zip(*([stream.idnum for stream in page.raw_get("/Contents")] for page in reader.pages), strict=True)
    assert (len(set(frames)), len(set(sames)), len(set(days))) == (1, 1, 3)


def test_same_sheets_give_the_same_bytes_whatever_was_made_before() -> None:
    def days(*names: str) -> bytes:
        return render(*(sheet(f'<h1 class="place">{part(name)}</h1>{CODE}', codes=CODES) for name in names))

    first = days("Bar 🍕", "Zoo", "Ωmega \U000113d0")
    days("Other letters: xyz 🎉", "Bar 🍕", "Zoo \U000113d1")
    assert days("Bar 🍕", "Zoo", "Ωmega \U000113d0") == first


def test_sheets_are_set_in_several_threads_at_once() -> None:
    results: list[bytes] = []
    pages = [sheet(f'{CODE}<p class="place">{part(f"Day {n}")}</p>', codes=CODES) for n in range(5)]
    threads = [threading.Thread(target=lambda: results.append(render(*pages))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [render(*pages)] * 3
