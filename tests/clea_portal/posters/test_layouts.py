from itertools import combinations, product

import pytest

from clea_portal.posters.colours import clean_accent, contrast_with_white
from clea_portal.posters.errors import AccentTooPale, BadColour, ModuleTooSmall
from clea_portal.posters.faces import Area, Face, Square
from clea_portal.posters.layouts import Layout, module_millimetres, scan_distance_centimetres

LAYOUTS = list(Layout)
Box = tuple[float, float, float, float]


def box(thing: Area | Square) -> Box:
    """Left, top, right, bottom."""
    if isinstance(thing, Square):
        return thing.left, thing.top, thing.left + thing.side, thing.top + thing.side
    return thing.left, thing.top, thing.left + thing.width, thing.top + thing.height


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def faces(layout: Layout) -> list[Face]:
    found = [layout.face(), *([layout.face(large_print=True)] if layout.has_large_print else [])]
    return [*found, *(face.mirrored() for face in found)]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_touches_the_code_or_another_text(layout: Layout) -> None:
    for face, is_dated in product(faces(layout), (False, True)):
        boxes = {name: box(area) for name, area in face.areas(is_dated=is_dated).items()} | {"code": box(face.code)}
        if face.logo:
            boxes["logo"] = box(face.logo)
        assert [pair for pair in combinations(boxes, 2) if overlap(boxes[pair[0]], boxes[pair[1]])] == []
        assert all(
            left >= 1.5 and top >= 1.5 and right <= face.width - 1.5 and bottom <= face.height - 1.5
            for left, top, right, bottom in boxes.values()
        )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_prints_lie_side_by_side_on_the_page(layout: Layout) -> None:
    face, (width, height) = layout.face(), layout.page
    cells = [(cell.left, cell.top, cell.left + face.width, cell.top + face.height) for cell in layout.sheet.cells]
    # Paper sizes are rounded to whole millimetres.
    shrunk = [(left + 0.03, top + 0.03, right - 0.03, bottom - 0.03) for left, top, right, bottom in cells]
    assert not any(overlap(one, other) for one, other in combinations(shrunk, 2))
    assert all(
        left >= 0 and top >= 0 and right <= width + 0.01 and bottom <= height + 0.01 for left, top, right, bottom in shrunk
    )
    assert len(cells) == layout.per_page * (2 if layout is Layout.TENT else 1)


def test_prints_on_a_page() -> None:
    assert {layout.value: layout.per_page for layout in Layout} == {
        "a3": 1,
        "a4": 1,
        "a5": 1,
        "a6": 1,
        "tent": 1,
        "stickers_2": 2,
        "stickers_4": 4,
        "stickers_8": 8,
        "stickers_12": 12,
        "stickers_18": 18,
        "stickers_25": 25,
        "badge": 4,
        "card": 10,
        "screen_16_9": 1,
        "screen_9_16": 1,
    }


def test_modules_and_distances() -> None:
    assert {layout.value: (round(layout.module_millimetres, 2), layout.scan_distance_centimetres) for layout in Layout} == {
        "a3": (2.39, 156),
        "a4": (1.69, 110),
        "a5": (1.19, 78),
        "a6": (1.01, 66),
        "tent": (1.55, 101),
        "stickers_2": (1.55, 101),
        "stickers_4": (1.01, 66),
        "stickers_8": (0.82, 53),
        "stickers_12": (0.68, 45),
        "stickers_18": (0.47, 31),
        "stickers_25": (0.47, 30),
        "badge": (0.93, 61),
        "card": (0.64, 42),
        "screen_16_9": (3.18, 206),
        "screen_9_16": (3.18, 206),
    }


@pytest.mark.parametrize("layout", [layout for layout in LAYOUTS if layout.has_large_print])
def test_large_print_still_scans(layout: Layout) -> None:
    assert module_millimetres(layout.code_millimetres(large_print=True)) > 0.8


def test_small_modules_are_refused_with_the_arithmetic() -> None:
    assert module_millimetres(24.1) == pytest.approx(0.3301, abs=0.0001)
    assert scan_distance_centimetres(24.1) == 21
    with pytest.raises(ModuleTooSmall) as caught:
        module_millimetres(24)
    assert (caught.value.code_millimetres, caught.value.modules) == (24, 73)


@pytest.mark.parametrize(("text", "colour"), [("#0B5A6B", "#0b5a6b"), (" #a01850 ", "#a01850"), ("#767676", "#767676")])
def test_accent(text: str, colour: str) -> None:
    assert clean_accent(text) == colour


@pytest.mark.parametrize("text", ["", "teal", "#fff", "#12345g", "#0b5a6b;}", "0b5a6b"])
def test_no_colour(text: str) -> None:
    with pytest.raises(BadColour):
        clean_accent(text)


def test_pale_accent_is_refused_with_its_contrast() -> None:
    assert [round(contrast_with_white(colour), 2) for colour in ("#000000", "#ffffff", "#ff0000")] == [21, 1, 4]
    with pytest.raises(AccentTooPale) as caught:
        clean_accent("#777777")
    # 4.478, never rounded up to what is asked for.
    assert "4.47 " in str(caught.value).replace(",", ".")
