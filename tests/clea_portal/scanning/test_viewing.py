"""What people look at of a stranger's file: drawn anew, in a child process."""

from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from clea_portal.scanning import viewing
from clea_portal.scanning.files import FileKind, kind_of
from clea_portal.scanning.isolated import BrokenError
from clea_portal.scanning.results import Advice, RefusedError
from clea_portal.scanning.viewing import draw_sheet
from tests.clea_portal.scanning.files import make_pdf, save

KINDS = {"JPEG": FileKind.JPEG, "PNG": FileKind.PNG, "WEBP": FileKind.WEBP, "AVIF": FileKind.AVIF, "HEIF": FileKind.HEIC}


def written(width=600, height=800):
    """A page with a dark line across its upper half."""
    page = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(page).rectangle((40, 100, width - 40, 140), fill="navy")
    return page


def opened(jpeg):
    picture = Image.open(BytesIO(jpeg))
    picture.load()
    return picture


@pytest.mark.parametrize("kind", KINDS)
def test_picture_is_one_sheet_drawn_anew(kind):
    content = save(written(), kind)
    shown = draw_sheet(content, sheet=1)
    picture = opened(shown.jpeg)
    assert (kind_of(content), shown.count) == (KINDS[kind], 1)
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "L", (600, 800))
    assert (picture.getpixel((300, 120)) < 90, picture.getpixel((300, 600)) > 240) == (True, True)


def test_nothing_of_the_file_comes_along_and_it_stands_upright():
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "the place of taking", 6
    content = save(written(), "JPEG", exif=exif, comment=b"a comment")
    jpeg = draw_sheet(content, sheet=1).jpeg
    assert (b"place of taking" in content, b"place of taking" in jpeg, b"a comment" in jpeg) == (True, False, False)
    assert (opened(jpeg).size, dict(opened(jpeg).getexif())) == ((800, 600), {})


def test_large_picture_becomes_smaller():
    assert opened(draw_sheet(save(written(3000, 4000), "JPEG"), sheet=1).jpeg).size == (1755, 2340)


def test_pdf_is_shown_sheet_by_sheet():
    content = make_pdf(3, drawing=b"100 500 400 40 re f")
    assert kind_of(content) == FileKind.PDF
    asked, second = draw_sheet(content, sheet=0), draw_sheet(content, sheet=2)
    assert (asked.count, asked.jpeg, second.count) == (3, b"", 3)
    assert opened(second.jpeg).width < opened(second.jpeg).height
    assert draw_sheet(content, sheet=4).jpeg == b""


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"PK\x03\x04 a text document", Advice.UNSUPPORTED),
        (b"", Advice.EMPTY),
        (save(written(), "JPEG")[:2000], Advice.DAMAGED),
        (make_pdf(51), Advice.TOO_MANY_PAGES),
        (save(written(), "GIF"), Advice.UNSUPPORTED),
    ],
)
def test_what_cannot_be_shown_says_why(content, advice):
    with pytest.raises(RefusedError) as refusal:
        draw_sheet(content, sheet=1)
    assert refusal.value.advice == advice


def test_what_has_no_way_in_has_no_kind():
    assert [kind_of(content) for content in (b"", b"PK\x03\x04", b"<svg/>", save(written(), "TIFF"))] == [None] * 4


@pytest.mark.parametrize("told", [b"", b"\x00", b"\x00\x00", b"\x00\x63", b"\x00\x01<script>", b"!nonsense", b"!\xff"])
def test_child_that_tells_nonsense_is_not_believed(monkeypatch, told):
    monkeypatch.setattr(viewing, "run_isolated", lambda *_, **__: told)
    with pytest.raises(RefusedError) as refusal:
        draw_sheet(b"x", sheet=1)
    assert refusal.value.advice == Advice.TOO_HARD


@pytest.mark.parametrize(("error", "advice"), [(TimeoutError, Advice.TIMED_OUT), (BrokenError, Advice.TOO_HARD)])
def test_child_that_dies_is_advice(monkeypatch, error, advice):
    def die(*_, **__):
        raise error

    monkeypatch.setattr(viewing, "run_isolated", die)
    with pytest.raises(RefusedError) as refusal:
        draw_sheet(b"x", sheet=1)
    assert refusal.value.advice == advice
