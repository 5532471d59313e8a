import io
from xml.etree import ElementTree

import pytest
from django.utils.translation import override
from PIL import Image

from clea_portal.posters import binding, pictures
from clea_portal.posters.documents import render_pdf
from clea_portal.posters.errors import LinkUnfit, PosterUnreadable
from clea_portal.posters.layouts import Layout
from clea_portal.posters.pictures import render_png, render_screen, render_svg
from clea_portal.posters.symbol import make_symbol
from clea_portal.scanning.reading import decode_image
from tests.clea_portal.posters.making import LINK, LINK_WITHOUT_CONTACT, draw_page, make_poster, modules_in

SVG = "{http://www.w3.org/2000/svg}"
LINKS = [LINK, LINK_WITHOUT_CONTACT]


def parse(content: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(content)  # noqa: S314 - our own output


def modules_of_svg(content: bytes) -> list[list[int]]:
    """The modules on the centres of which the dark path has an odd number of edges on the left."""
    *_, dark = parse(content).iter(f"{SVG}path")
    crossings: dict[int, list[int]] = {}
    for contour in dark.attrib["d"].split("z")[:-1]:
        start, *lines = contour.replace("M", "").replace("h", ",h").replace("v", ",v").split(",")
        x, y = (int(number) for number in start.split())
        for line in lines:
            if line[0] == "h":
                x += int(line[1:])
            else:
                end = y + int(line[1:])
                for row in range(min(y, end), max(y, end)):
                    crossings.setdefault(row, []).append(x)
                y = end
    return [[sum(edge <= x + 4 for edge in crossings.get(y + 4, [])) % 2 for x in range(65)] for y in range(65)]


@pytest.mark.parametrize("link", LINKS)
def test_same_modules_in_every_file(link: str) -> None:
    expected = [list(row) for row in make_symbol(link).matrix]
    with Image.open(io.BytesIO(render_png(link))) as png:
        assert modules_in(png.convert("L")) == expected
    assert modules_of_svg(render_svg(link)) == expected
    assert modules_in(draw_page(render_pdf(make_poster(deep_link=link)), dots_per_inch=300)) == expected


@pytest.mark.parametrize("module_pixels", [3, 10, 40])
def test_png_has_the_size_asked_for_and_a_white_border(module_pixels: int) -> None:
    content = render_png(LINK, module_pixels=module_pixels)
    with Image.open(io.BytesIO(content)) as image:
        assert (image.mode, image.size) == ("1", (73 * module_pixels, 73 * module_pixels))
        assert image.convert("L").point([255 - shade for shade in range(256)]).getbbox() == (
            4 * module_pixels,
            4 * module_pixels,
            69 * module_pixels,
            69 * module_pixels,
        )
        assert decode_image(image) == (LINK,)
    assert len(content) < 15_000


@pytest.mark.parametrize("module_pixels", [0, 2, 41])
def test_png_of_a_size_that_no_phone_reads_or_no_page_holds(module_pixels: int) -> None:
    with pytest.raises(ValueError, match="from 3 to 40"):
        render_png(LINK, module_pixels=module_pixels)


def test_svg_is_plain_and_has_a_title() -> None:
    root = parse(render_svg(LINK, title="Bar\x00 <Nord>\n& Sud"))
    assert (root.tag, root.attrib) == (f"{SVG}svg", {"viewBox": "0 0 73 73"})
    assert [child.tag for child in root] == [f"{SVG}title", f"{SVG}path", f"{SVG}path"]
    assert root[0].text == "Bar <Nord> & Sud"
    assert root[1].attrib == {"fill": "#fff", "d": "M0 0h73v73H0z"}
    assert set(root[2].attrib) == {"d"}


def test_svg_title_is_in_the_language_of_the_reader() -> None:
    with override("en"):
        assert parse(render_svg(LINK))[0].text == "QR code to scan with a contact tracing application"


def test_link_that_does_not_fit() -> None:
    for render in (render_png, render_svg):
        with pytest.raises(LinkUnfit):
            render(LINK + "A" * 100)


def test_picture_with_another_code_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "make_symbol", lambda deep_link: make_symbol(LINK_WITHOUT_CONTACT))
    for render in (render_png, render_svg):
        with pytest.raises(PosterUnreadable):
            render(LINK)


@pytest.mark.parametrize(
    ("layout", "width", "size"),
    [
        (Layout.SCREEN_16_9, None, (1920, 1080)),
        (Layout.SCREEN_16_9, 3840, (3840, 2160)),
        (Layout.SCREEN_9_16, None, (1080, 1920)),
        (Layout.SCREEN_9_16, 2160, (2160, 3840)),
    ],
)
def test_screens_have_their_size_and_hold_the_code(layout: Layout, width: int | None, size: tuple[int, int]) -> None:
    with Image.open(io.BytesIO(render_screen(make_poster(), layout=layout, width=width))) as image:
        assert (image.format, image.size) == ("PNG", size)
        assert decode_image(image) == (LINK,)


@pytest.mark.parametrize(("layout", "width"), [(Layout.A4, None), (Layout.SCREEN_16_9, 1079), (Layout.SCREEN_9_16, 7681)])
def test_screens_that_cannot_be(layout: Layout, width: int | None) -> None:
    with pytest.raises(ValueError, match="must be"):
        render_screen(make_poster(), layout=layout, width=width)


def test_screen_with_another_code_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "make_symbol", lambda _link: make_symbol(LINK_WITHOUT_CONTACT))
    with pytest.raises(PosterUnreadable):
        render_screen(make_poster(), layout=Layout.SCREEN_16_9)
