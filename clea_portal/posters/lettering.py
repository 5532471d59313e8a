"""Check codes put into a part that was laid out for another one: in their font, all letters and figures are equally wide."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clea_portal.posters.drawing import blank_copy
from clea_portal.posters.sheets import LETTERS

if TYPE_CHECKING:
    from clea_portal.posters.pieces import PartKey, Piece

_MOST_MODELS = 64


@dataclass(frozen=True, slots=True)
class _Model:
    """A part, with the place of its letters in its operators: the number of the segment, what is before, and what is after."""

    piece: "Piece"
    font: int
    segment: int
    before: bytes
    after: bytes


class Lettering:
    """Remembers parts with letters, and the glyphs of the letters that it has seen."""

    def __init__(self) -> None:
        self._models: dict[PartKey, _Model] = {}
        self._glyphs: dict[int, dict[str, int]] = {}

    def learn(self, pieces: "Mapping[PartKey, Piece | None]") -> None:
        """From parts that were laid out. Those whose letters cannot be exchanged teach nothing."""
        for key, piece in pieces.items():
            letters = LETTERS.findall(key.html)
            if piece is None or len(letters) != 1:
                continue
            for font in piece.fonts:
                if model := _model(piece, font, letters[0]):
                    self._glyphs.setdefault(font, {}).update(_glyphs_of(piece.fonts[font]))
                    self._models[_without_letters(key)] = model
        while len(self._models) > _MOST_MODELS:
            del self._models[next(iter(self._models))]

    def set(self, key: "PartKey") -> "Piece | None":
        """The part, if one like it and all of its letters are known."""
        letters = LETTERS.findall(key.html)
        model = self._models.get(_without_letters(key)) if letters else None
        if model is None or not self._glyphs[model.font].keys() >= set(letters[0]):
            return None
        glyphs = {letter: self._glyphs[model.font][letter] for letter in letters[0]}
        segments = list(model.piece.segments)
        segments[model.segment] = model.before + _shown(letters[0], glyphs) + model.after
        known = model.piece.fonts[model.font]
        font = blank_copy(known)
        font.widths = dict.fromkeys(glyphs.values(), next(iter(known.widths.values())))
        font.to_unicode = {glyph: letter for letter, glyph in glyphs.items()}
        return model.piece.with_changes(segments=segments, fonts=model.piece.fonts | {model.font: font})


def _without_letters(key: "PartKey") -> "PartKey":
    return key._replace(html=LETTERS.sub(lambda match: "\0" * len(match[1]), key.html))


def _model(piece: "Piece", number: int, letters: str) -> _Model | None:
    """None unless the font draws these letters in one go, nothing else, and all equally wide."""
    font = piece.fonts[number]
    glyphs = _glyphs_of(font)
    if glyphs.keys() != set(letters) or len(set(font.widths.values())) != 1 or len(font.widths) != len(glyphs):
        return None
    found = [
        _Model(piece, number, place, before, after)
        for place, segment in enumerate(piece.segments)
        for before, shown, after in [segment.partition(_shown(letters, glyphs))]
        if shown
    ]
    return found[0] if len(found) == 1 else None


def _glyphs_of(font: Any) -> dict[str, int]:
    return {letter: glyph for glyph, letter in font.to_unicode.items()}


def _shown(letters: str, glyphs: Mapping[str, int]) -> bytes:
    return b"[<%s>] TJ" % b"".join(b"%04x" % glyphs[letter] for letter in letters)
