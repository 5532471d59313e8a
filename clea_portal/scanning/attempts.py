"""In which order one grey picture is looked at, from cheap to expensive. Each attempt is begun only where the ones before it left
something to find, and gives what it finds bit by bit, for as long as the caller asks for more.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from PIL import Image

from clea_portal.scanning.finders import Square
from clea_portal.scanning.flattening import flatten
from clea_portal.scanning.seeking import seek
from clea_portal.scanning.symbols import SHARPER, Sharpening, Symbol, look, look_sharpened

Attempt = Callable[[Image.Image, Sequence[Symbol]], Iterator[list[Symbol]]]
# Places that are laid flat in one picture, in each sharpened version of it, and of those that nobody has seen.
MOST_PLACES, MOST_PLACES_SHARPENED, MOST_PLACES_SOUGHT = 6, 3, 3
# Corners closer than this, in parts of the picture's sides, are those of the same place.
SAME = 0.01


def look_once(image: Image.Image, seen: Sequence[Symbol]) -> Iterator[list[Symbol]]:
    """The plain look."""
    yield look(image)


def look_closer(image: Image.Image, seen: Sequence[Symbol]) -> Iterator[list[Symbol]]:
    """Lay flat what the plain look saw and could not decode."""
    yield from _flatten(image, _undecoded(seen, seen), most=MOST_PLACES)


def look_deeper(image: Image.Image, seen: Sequence[Symbol]) -> Iterator[list[Symbol]]:
    """Look for codes that are too blurred or bent to be seen, and lay them flat."""
    places = [_located(square, image) for square in seek(image)]
    yield from _flatten(image, _undecoded(places, seen), most=MOST_PLACES_SOUGHT, is_blurred=True)


def look_sharper(image: Image.Image, seen: Sequence[Symbol]) -> Iterator[list[Symbol]]:
    """Look at the one sharpened version that finds most of what the plain look misses."""
    yield from _sharpen(image, seen, SHARPER[:1])


def look_hardest(image: Image.Image, seen: Sequence[Symbol]) -> Iterator[list[Symbol]]:
    """Look at further versions. Each finds a few per cent."""
    yield from _sharpen(image, seen, SHARPER[1:])


def _sharpen(image: Image.Image, seen: Sequence[Symbol], versions: Sequence[Sharpening]) -> Iterator[list[Symbol]]:
    for version in versions:
        found = look_sharpened(image, version)
        # Sharpening makes code-like patterns out of noise: here only what can be decoded is a code, the rest a place to look at.
        decoded = [symbol for symbol in found if symbol.text is not None]
        yield decoded
        yield from _flatten(image, _undecoded(found, [*seen, *decoded]), most=MOST_PLACES_SHARPENED)


def _located(square: Square, image: Image.Image) -> Symbol:
    corners = tuple((x / image.width, y / image.height) for x, y in square.corners)
    across, down = zip(*corners, strict=True)
    return Symbol(text=None, left=min(across), top=min(down), right=max(across), bottom=max(down), corners=corners)


def _undecoded(symbols: Sequence[Symbol], known: Sequence[Symbol]) -> Iterator[Symbol]:
    decoded = [symbol for symbol in known if symbol.text is not None]
    return (symbol for symbol in symbols if symbol.text is None and not any(other.covers(symbol) for other in decoded))


def _flatten(image: Image.Image, symbols: Iterator[Symbol], *, most: int, is_blurred: bool = False) -> Iterator[list[Symbol]]:
    tried: list[Symbol] = []
    for symbol in islice(symbols, 2 * most):
        if len(tried) < most and not any(_is_same(symbol, other) for other in tried):
            tried.append(symbol)
            for text in flatten(image, symbol, is_blurred=is_blurred):
                yield [] if text is None else [replace(symbol, text=text)]
                if text is not None:
                    break


def _is_same(one: Symbol, other: Symbol) -> bool:
    return all(math.dist(a, b) < SAME for a, b in zip(one.corners, other.corners, strict=True))
