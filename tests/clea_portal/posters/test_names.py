import pytest

from clea_portal.posters.errors import NameMissing, NameTooLong
from clea_portal.posters.names import clean_line, clean_name, is_right_to_left


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Le Petit Bistrot", "Le Petit Bistrot"),
        ("  Le\tPetit \u00a0 Bistrot ", "Le Petit Bistrot"),
        ("Le\x00 Petit\x07 \x7fBistrot\x9f", "Le Petit Bistrot"),
        ("Bar\r\nTerrasse\n\n  \nCave", "Bar\nTerrasse\nCave"),
        ("Bar\u2028Terrasse\x0bCave", "Bar\nTerrasse\nCave"),
        ("a\nb\nc\nd\ne", "a b c d e"),
        ("Cafe\u0301", "Café"),
        ("Z\u0335\u0321\u0322\u0352\u0346\u0311oo", "Z\u0335\u0321\u0322\u0352oo"),
        ("ཀ\u0f90\u0f90\u0f90\u0f90\u0f90", "ཀ\u0f90\u0f90\u0f90\u0f90"),
        ("\u202eBar\u202c \u2066nord\u2069", "Bar nord"),
        ("Bar\ufeff \ue000\ufdd0\U0001ffff\ud800", "Bar"),
        ("👩\u200d🍳 می\u200cخواهم 🏴\U000e0067\U000e007f ❤\ufe0f", "👩\u200d🍳 می\u200cخواهم 🏴\U000e0067\U000e007f ❤\ufe0f"),
        ("🍕", "🍕"),
        ("7", "7"),
        ("x" * 200, "x" * 200),
    ],
)
def test_clean_name(typed: str, printed: str) -> None:
    assert clean_name(typed) == printed


@pytest.mark.parametrize("typed", ["", "  \n ", "\x00\x01", "\u200d\u200b", "\u3164\u2800", "\u0301", "\u202e\u2069"])
def test_clean_name_with_nothing_to_read(typed: str) -> None:
    with pytest.raises(NameMissing):
        clean_name(typed)


def test_clean_name_too_long() -> None:
    with pytest.raises(NameTooLong):
        clean_name("x" * 201)


def test_clean_line_joins_lines_and_may_be_empty() -> None:
    assert [clean_line(text) for text in ("tac\n.example\x00", " \n", "")] == ["tac .example", "", ""]


@pytest.mark.parametrize(
    ("name", "answer"),
    [("مطعم دمشق A", True), ("12 ירושלים", True), ("Bar مطعم", False), ("12 – 🍕", False), ("東京", False)],
)
def test_is_right_to_left(name: str, answer: bool) -> None:
    assert is_right_to_left(name) is answer
