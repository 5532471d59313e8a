import pytest
from PIL import Image, ImageDraw

from tests.golden import CASES, difference, draw, load

# Other versions of the fonts move a letter by a fraction of its width; a line that moves, vanishes or shrinks is far above.
TOLERANCE = 40


@pytest.mark.parametrize("case", CASES)
def test_print_looks_as_it_should(case: str) -> None:
    assert difference(draw(case), load(case)) <= TOLERANCE


def test_what_is_cut_would_be_seen() -> None:
    page = load("newline").convert("L")
    changed = page.copy()
    left, top = page.width // 2, page.height // 10
    box = next(
        (left, y, left + 40, y + 12)
        for y in range(top, page.height)
        if page.crop((left, y, left + 40, y + 12)).getextrema()[0] < 60
    )
    ImageDraw.Draw(changed).rectangle(box, fill=255)
    assert difference(page, changed) > TOLERANCE
    assert difference(page, Image.new("L", (10, 10))) == 255
