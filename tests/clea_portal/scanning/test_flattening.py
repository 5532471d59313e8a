"""Codes of our own posters that are seen but not decoded: laid flat first."""

from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageOps

from clea_portal.scanning.flattening import decode_flattened
from clea_portal.scanning.reading import read_content
from clea_portal.scanning.symbols import Symbol, look
from tests.hard_pictures import HARD_KINDS, crumpled, make_picture
from tests.pictures import clea_link, draw_code


@pytest.mark.parametrize("kind", HARD_KINDS)
def test_poster_in_each_kind_of_scene_is_read(kind) -> None:
    picture = make_picture(kind, 30_000)
    assert set(read_content(picture.content).links) == set(picture.links)


@pytest.mark.parametrize("seed", [1, 3])
def test_crumpled_poster_is_read_only_when_laid_flat(seed) -> None:
    picture = make_picture(crumpled, seed)
    image = Image.open(BytesIO(picture.content)).convert("L")
    seen = look(image)
    assert [symbol.text for symbol in seen if symbol.text] == []
    assert picture.links[0] in {decode_flattened(image, symbol) for symbol in seen}


def _symbol(corners: tuple[tuple[float, float], ...]) -> Symbol:
    return Symbol(text=None, left=0, top=0, right=1, bottom=1, corners=corners)


WHOLE = tuple((x / 73, y / 73) for x, y in ((4, 4), (69, 4), (69, 69), (4, 69)))


@pytest.mark.parametrize("inverted", [False, True])
def test_decode_flattened_of_a_clean_code(inverted) -> None:
    code = draw_code(clea_link(1), module=4)
    assert decode_flattened(ImageOps.invert(code) if inverted else code, _symbol(WHOLE)) == clea_link(1)


def test_decode_flattened_where_a_finder_pattern_is_covered() -> None:
    code = draw_code(clea_link(1), module=4)
    ImageDraw.Draw(code).rectangle((16, 16, 43, 43), fill=255)
    assert decode_flattened(code, _symbol(WHOLE)) == clea_link(1)


@pytest.mark.parametrize(
    "corners",
    [(), ((0, 0), (1, 0), (1, 0.2), (0, 0.2)), ((0, 0), (0.1, 0), (0.1, 0.1), (0, 0.1)), ((0, 0), (0, 0), (0, 0), (0, 0))],
)
def test_decode_flattened_of_no_place_for_a_code(corners) -> None:
    assert decode_flattened(draw_code(clea_link(1), module=4), _symbol(corners)) is None


def test_decode_flattened_of_noise() -> None:
    assert decode_flattened(Image.effect_noise((400, 400), 90), _symbol(((0, 0), (1, 0), (1, 1), (0, 1)))) is None
