import re
from io import BytesIO

import pytest
from django.utils import translation
from PIL import Image, ImageDraw

from clea_portal.scanning.advice import explain
from clea_portal.scanning.measures import sharpness
from clea_portal.scanning.reading import read_content
from clea_portal.scanning.results import Advice
from tests.clea_portal.scanning.files import make_pdf, save
from tests.pictures import clea_link, draw_code, draw_poster, hang_in_room, photograph

CODE = draw_code(clea_link(1), module=6)
TEN_WORDS = Image.new("L", (1240, 1754), 255)
ImageDraw.Draw(TEN_WORDS).text((100, 100), "Ten words on a page that has no code at all", fill=0, font_size=30)


def advise(content: bytes) -> str | None:
    return read_content(content).advice


@pytest.mark.parametrize("blur", [6, 9, 15])
def test_advice_for_a_blurred_code(blur: float) -> None:
    assert advise(photograph(CODE, seed=1, blur=blur, noise=5)) == "blurred"


@pytest.mark.parametrize("blur", [9, 14])
def test_advice_for_a_blurred_room(blur: float) -> None:
    room = hang_in_room([draw_poster(clea_link(1))], seed=1, size=(2000, 2200))
    assert advise(photograph(room, seed=1, blur=blur, noise=5)) == "blurred"


def test_advice_for_a_sharp_room_without_a_code() -> None:
    room = hang_in_room([TEN_WORDS], seed=1, size=(2000, 2200))
    assert advise(photograph(room, seed=1, noise=5)) == "no_code"


def test_advice_for_a_long_strip() -> None:
    strip = Image.new("L", (60_000, 131), 255)
    strip.paste(0, (0, 60, 60_000, 70))
    assert advise(save(strip, "PNG")) == "no_code"


def test_advice_for_a_page_with_little_on_it() -> None:
    assert advise(save(TEN_WORDS, "PDF", resolution=150)) == "no_code"


def test_advice_for_a_picture_of_too_few_pixels() -> None:
    assert advise(photograph(CODE.resize((80, 80), Image.Resampling.LANCZOS), seed=1, blur=0.3)) == "too_small"


def test_advice_for_a_code_that_is_seen_but_too_small() -> None:
    wall = Image.new("L", (900, 900), 180)
    tiny = draw_code(clea_link(1), module=8).resize((102, 102), Image.Resampling.LANCZOS)
    ImageDraw.Draw(tiny).rectangle((36, 36, 76, 76), fill=128)
    wall.paste(tiny, (301, 402))
    assert advise(save(wall, "PNG")) == "too_small"


def test_advice_in_the_dark() -> None:
    assert advise(photograph(CODE, seed=1, brightness=0.2, contrast=0.05)) == "too_dark"


def test_advice_against_the_light() -> None:
    assert advise(photograph(CODE, seed=1, contrast=0.02, noise=3)) == "low_contrast"


def test_advice_for_a_code_with_something_on_it() -> None:
    covered = CODE.copy()
    ImageDraw.Draw(covered).rectangle((150, 150, 290, 290), fill=128)
    assert advise(photograph(covered, seed=1)) == "covered"


SIDE = CODE.width  # with its light border; 73 modules of 6 pixels


def in_room(*, seed: int = 1, degrees: float = 3, covering: Image.Image | None = None) -> Image.Image:
    """A code on a wall, somewhat turned, perhaps with something upon it (a picture whose mid-grey covers nothing)."""
    code = CODE.copy()
    if covering is not None:
        code.paste(covering, mask=covering.point([0 if level == 128 else 255 for level in range(256)]))
    room = hang_in_room([code], seed=seed, size=(900, 900))
    return _open(photograph(room, seed=seed, degrees=degrees, noise=5))


def disc(level: int, *, x: float, y: float, radius: float) -> Image.Image:
    spot = Image.new("L", CODE.size, 128)
    ImageDraw.Draw(spot).ellipse([SIDE * edge for edge in (x - radius, y - radius, x + radius, y + radius)], fill=level)
    return spot


@pytest.mark.parametrize(("degrees", "part"), [(0, 0.45), (4, 0.2), (40, 0.45)])
@pytest.mark.parametrize("side", ["left", "top", "right", "bottom"])
def test_advice_for_a_code_that_the_picture_cuts_off(degrees: float, part: float, side: str) -> None:
    room = in_room(degrees=degrees)
    middle, reach = room.width // 2, SIDE // 2
    edge = middle - reach + round(part * SIDE)
    box = {
        "left": (edge, 0, room.width, room.height),
        "top": (0, edge, room.width, room.height),
        "right": (0, 0, room.width - edge, room.height),
        "bottom": (0, 0, room.width, room.height - edge),
    }[side]
    assert advise(save(room.crop(box), "JPEG", quality=85)) == "cut_off"


@pytest.mark.parametrize(("degrees", "x", "y"), [(0, 0.5, 0.5), (4, 0.35, 0.6), (40, 0.7, 0.7)])
def test_advice_for_a_reflection_on_the_code(degrees: float, x: float, y: float) -> None:
    room = in_room(degrees=degrees, covering=disc(255, x=x, y=y, radius=0.27))
    assert advise(save(room, "JPEG", quality=85)) == "reflection"


@pytest.mark.parametrize("degrees", [0, 40])
def test_advice_for_a_dark_thing_on_the_code_is_no_reflection(degrees: float) -> None:
    room = in_room(degrees=degrees, covering=disc(60, x=0.5, y=0.5, radius=0.27))
    assert advise(save(room, "JPEG", quality=85)) == "covered"


def test_advice_for_text_that_goes_up_to_the_border_is_no_code() -> None:
    page = Image.new("L", (1240, 900), 255)
    pen = ImageDraw.Draw(page)
    for line in range(30):
        pen.text((-20, 31 * line - 10), "Du texte sur une page, sans aucun code du tout " * 4, fill=0, font_size=24)
    assert advise(photograph(page, seed=1, degrees=0, noise=5)) == "no_code"


def test_sharpness_falls_with_blur() -> None:
    sharp, soft, softer = (sharpness(_open(photograph(CODE, seed=1, blur=blur, noise=5))) for blur in (0.5, 3, 8))
    assert sharp > 0.4 > soft > 0.1 > softer


@pytest.mark.parametrize("advice", list(Advice))
def test_explain_every_advice_in_one_or_two_sentences(advice: Advice) -> None:
    with translation.override("en"):
        text = explain(advice)
    assert re.fullmatch(r"[A-Z][^%]{20,130}\.", text)


@pytest.mark.parametrize(
    ("advice", "limit"),
    [(Advice.TOO_LARGE, "15 MB"), (Advice.TOO_MANY_PIXELS, "50 megapixels"), (Advice.TOO_MANY_PAGES, "50 pages")],
)
def test_explain_names_the_limit(advice: Advice, limit: str) -> None:
    with translation.override("en"):
        assert limit in explain(advice)


@pytest.mark.parametrize(("pages", "advice"), [(50, "timed_out"), (51, "too_many_pages")])
def test_advice_at_the_limit_of_pages(pages: int, advice: str) -> None:
    assert read_content(make_pdf(pages), seconds=0).advice == advice


def _open(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content)).convert("L")
