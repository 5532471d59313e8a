"""Codes so blurred that no module can be told from its neighbours."""

import random
from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFilter

from clea_portal.scanning.fields import MARGIN, SIDE
from clea_portal.scanning.following import FINE
from clea_portal.scanning.reading import read_content
from clea_portal.scanning.restoring import BENT, FLAT, Manner, restore, softness
from clea_portal.scanning.seeking import seek
from clea_portal.scanning.symbols import look
from tests.hard_pictures import blurred, make_picture
from tests.pictures import add_noise, clea_link, draw_code, hang_in_room

# 0.80 and 0.72 modules: a plain look, sharpened or not, reads neither.
HARDEST = (1003, 1055)


def straight(text: str, *, sigma: float) -> Image.Image:
    """A code that lies flat, with its margin, blurred by so many modules."""
    page = Image.new("L", (SIDE * FINE, SIDE * FINE), 255)
    page.paste(draw_code(text, module=FINE, version=12), ((MARGIN - 4) * FINE, (MARGIN - 4) * FINE))
    return page.filter(ImageFilter.GaussianBlur(sigma * FINE))


def restored(picture: Image.Image, how: Manner = FLAT) -> str | None:
    return next((text for text in restore(picture, how=how) if text is not None), None)


@pytest.mark.parametrize("sigma", [0.3, 0.5, 0.8])
def test_softness(sigma) -> None:
    assert softness(straight(clea_link(1), sigma=sigma)) == pytest.approx(sigma, abs=0.05)


@pytest.mark.parametrize("sigma", [0.5, 0.8])
@pytest.mark.parametrize("with_contact", [True, False])
def test_restore_of_a_blurred_code(sigma, with_contact) -> None:
    link = clea_link(2, with_contact=with_contact)
    assert restored(straight(link, sigma=sigma)) == link


def test_restore_of_a_blurred_code_in_the_shade_and_out_of_place() -> None:
    picture = straight(clea_link(3), sigma=0.6).transform(
        (SIDE * FINE, SIDE * FINE),
        Image.Transform.AFFINE,
        (1.006, 0.004, -4, -0.003, 1.004, 3),
        Image.Resampling.BICUBIC,
        fillcolor=255,
    )
    shade = Image.linear_gradient("L").resize(picture.size).point([90 + level // 2 for level in range(256)])
    assert restored(Image.composite(picture, Image.new("L", picture.size, 0), shade)) == clea_link(3)


@pytest.mark.parametrize("how", [FLAT, BENT])
def test_restore_finds_nothing_where_there_is_no_code(how) -> None:
    size = (SIDE * FINE, SIDE * FINE)
    assert restored(Image.effect_noise(size, 90).filter(ImageFilter.GaussianBlur(4)), how) is None
    assert restored(Image.new("L", size, 255), how) is None
    assert restored(Image.new("L", size, 0), how) is None


@pytest.mark.parametrize("how", [FLAT, BENT])
def test_restore_gives_no_text_for_codes_of_other_versions(how) -> None:
    other = draw_code("https://example.org/menu", module=FINE, version=10).resize(
        (73 * FINE, 73 * FINE), Image.Resampling.BICUBIC
    )
    page = Image.new("L", (SIDE * FINE, SIDE * FINE), 255)
    page.paste(other, (2 * FINE, 2 * FINE))
    assert restored(page.filter(ImageFilter.GaussianBlur(0.5 * FINE)), how) is None


def test_restore_gives_no_text_where_a_third_is_hidden() -> None:
    picture = straight(clea_link(4), sigma=0.5)
    ImageDraw.Draw(picture).rectangle((30 * FINE, 15 * FINE, 70 * FINE, 50 * FINE), fill=200)
    assert restored(picture) is None


@pytest.mark.parametrize("seed", HARDEST)
def test_blurred_poster_is_read_only_when_restored(seed) -> None:
    picture = make_picture(blurred, seed)
    with Image.open(BytesIO(picture.content)) as image:
        assert [symbol.text for symbol in look(image.convert("L")) if symbol.text] == []
    assert read_content(picture.content).links == picture.links


def test_seek_finds_a_blurred_code_in_a_room() -> None:
    code = draw_code(clea_link(5), module=5).filter(ImageFilter.GaussianBlur(0.8 * 5))
    room = add_noise(hang_in_room([code], seed=5, size=(900, 1200)), 8, random.Random(5))
    left, top = (900 - code.width) // 2, (1200 - code.height) // 2
    found = seek(room)
    assert found
    expected = [(left + x * 5, top + y * 5) for x, y in ((4, 4), (69, 4), (69, 69), (4, 69))]
    for corner, place in zip(found[0].corners, expected, strict=True):
        assert corner == pytest.approx(place, abs=10)


@pytest.mark.parametrize("size", [(10, 10), (3000, 20), (400, 400)])
def test_seek_where_there_is_nothing(size) -> None:
    assert seek(Image.new("L", size, 128)) == []
