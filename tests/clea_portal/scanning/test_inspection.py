import pytest
from PIL import Image, ImageDraw, ImageFilter

from clea_portal.scanning.inspection import inspect
from clea_portal.scanning.isolated import read_isolated
from clea_portal.scanning.reading import read_content
from clea_portal.scanning.symbols import look
from tests.pictures import clea_link, draw_code, tilted


@pytest.fixture(scope="module")
def code():
    """65 modules of 8 pixels, and 4 more of quiet zone on each side."""
    image = Image.new("L", (900, 900), 255)
    drawn = draw_code(clea_link(1), module=8, version=12)
    image.paste(drawn, ((900 - drawn.width) // 2, (900 - drawn.height) // 2))
    return image


def measured(image):
    (symbol,) = look(image)
    return inspect(image, symbol, needed_help=False)


def test_a_clean_code(code):
    found = measured(code)
    assert found.module_pixels == pytest.approx(8, abs=0.1)
    assert (found.contrast, found.quiet, found.slant) == (1, 1, 0)
    assert found.sharpness > 0.3


def test_a_pale_code(code):
    assert measured(code.point(lambda level: 120 + level // 4)).contrast == pytest.approx(0.25, abs=0.02)


def test_a_blurred_code(code):
    assert measured(code.filter(ImageFilter.GaussianBlur(3))).sharpness < 0.2


def test_something_in_the_quiet_zone(code):
    image = code.copy()
    left = (900 - 65 * 8) // 2
    ImageDraw.Draw(image).rectangle((left, left - 20, left + 300, left - 10), fill=0)
    assert measured(image).quiet < 0.97


def test_a_code_at_the_edge_of_the_picture_has_no_border_there(code):
    left = (900 - 65 * 8) // 2
    assert measured(code.crop((left - 8, 0, 900, 900))).quiet < 0.97


def test_a_slanted_code():
    assert read_content(tilted(1), is_inspecting=True).inspection.slant > 0.1


def test_the_child_measures_the_same():
    picture = tilted(1)
    assert read_isolated(picture, is_inspecting=True).inspection == read_content(picture, is_inspecting=True).inspection
    assert read_isolated(picture).inspection is None
