from typing import Any

import pytest

from clea_portal.posters.pieces import PartKey, Piece, Setter

AROUND = ("<section>", "</section>")
PLACE = ('<div data-hole="" style="width:300px;height:40px;display:block">', "</div>")
STYLE = 'body { font: 16px "Noto Sans" } b { font-family: "DejaVu Sans Mono" }'


def key(letters: str, *, tag: str = "b", before: str = "Check code") -> PartKey:
    marked = f"<!--letters-->{letters}<!--/letters-->"
    return PartKey(STYLE, "en", "<body>", AROUND, PLACE, f"{before} <{tag}>{marked}</{tag}>")


def seen(piece: Piece | None) -> Any:
    """All that a page takes from a piece."""
    assert piece is not None
    fonts = {number: (font.widths, font.to_unicode, font.missing) for number, font in piece.fonts.items()}
    return piece.segments, piece.node, fonts, piece.graphics


@pytest.fixture
def laid_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is laid out from now on."""
    htmls: list[str] = []
    make = Setter._make_parts

    def noting(setter: Setter, keys: list[PartKey]) -> Any:
        htmls.extend(each.html for each in keys)
        return make(setter, keys)

    monkeypatch.setattr(Setter, "_make_parts", noting)
    return htmls


def one(setter: Setter, wanted: PartKey) -> Piece | None:
    return setter.parts([wanted])[wanted]


@pytest.mark.parametrize("letters", ["A70 7BB", "000 000", "AB7 0BA"])
def test_known_letters_are_put_into_a_known_part_just_as_if_laid_out(letters: str, laid_out: list[str]) -> None:
    setter = Setter()
    first = one(setter, key("AB0 77A"))
    laid_out.clear()
    assert seen(one(setter, key(letters))) == seen(one(Setter(), key(letters))) != seen(first)
    # Once, by the one that knew nothing.
    assert laid_out == [key(letters).html]


@pytest.mark.parametrize(
    "other",
    [
        key("AB0 77C"),  # a letter that was not seen
        key("AB0 777 A"),  # another length
        key("AB0 77A", before="Code"),  # another text around
        key("BA0 77A", tag="i"),  # a font whose letters differ in width
    ],
)
def test_what_is_not_known_is_laid_out(other: PartKey, laid_out: list[str]) -> None:
    setter = Setter()
    one(setter, key("AB0 77A"))
    one(setter, key("AB0 77A", tag="i"))
    laid_out.clear()
    assert seen(one(setter, other)) == seen(one(Setter(), other))
    assert laid_out == [other.html] * 2


def test_two_texts_of_letters_in_a_part_are_laid_out(laid_out: list[str]) -> None:
    setter = Setter()
    html = "<b><!--letters-->{}<!--/letters--></b> <b><!--letters-->{}<!--/letters--></b>"
    for letters in (("AB", "BA"), ("BA", "AB")):
        one(setter, key("")._replace(html=html.format(*letters)))
    assert len(laid_out) == 2
