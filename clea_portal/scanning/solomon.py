"""Reed and Solomon's code over 256 values, as QR codes use it (ISO/IEC 18004): wrong bytes found and put right.

A byte that is known to be doubtful costs half of one that is wrong without a sign, which no kept reader makes use of.
"""

from collections.abc import Sequence

_FIELD = 0x11D
_POWER = [1] * 510
for _place in range(1, 510):
    _next = _POWER[_place - 1] << 1
    _POWER[_place] = _next ^ _FIELD if _next > 255 else _next
_LOG = [0] * 256
for _place in range(255):
    _LOG[_POWER[_place]] = _place

# Factors by the place of a polynomial's term, the constant first.
Polynomial = list[int]


def correct(block: bytes, *, parity: int, doubtful: Sequence[int] = (), spare: int = 0) -> bytes | None:
    """The block with its wrong bytes put right, or None; ``parity``: how many bytes at its end are for that.

    ``doubtful``: places whose bytes are not trusted. ``spare``: so many bytes of parity have to be left over, as proof that what
    comes out is not any block that is near.
    """
    syndromes = [_evaluate(block, power) for power in range(parity)]
    if not any(syndromes):
        return block
    places = [len(block) - 1 - place for place in doubtful]
    if len(places) > parity - spare:
        return None
    erased: Polynomial = [1]
    for place in places:
        erased = _multiply(erased, [1, _POWER[place]])
    forney = _multiply(syndromes, erased)[:parity]
    locator = _multiply(_find_locator(forney[len(places) :]), erased)
    while locator and not locator[-1]:
        locator.pop()
    wrong = [place for place in range(len(block)) if not _value(locator, 255 - place)]
    unknown = len(locator) - 1 - len(places)
    if len(wrong) != len(locator) - 1 or len(places) + 2 * unknown > parity - spare:
        return None
    evaluator = _multiply(syndromes, locator)[:parity]
    slope = [factor if power % 2 else 0 for power, factor in enumerate(locator)][1:]
    right = bytearray(block)
    for place in wrong:
        below = _value(slope, 255 - place)
        if not below:
            return None
        right[len(block) - 1 - place] ^= _times(_POWER[place], _divide(_value(evaluator, 255 - place), below))
    return None if any(_evaluate(right, power) for power in range(parity)) else bytes(right)


def _find_locator(syndromes: Sequence[int]) -> Polynomial:
    """Berlekamp and Massey: the shortest recurrence that these values follow."""
    current: Polynomial = [1]
    before: Polynomial = [1]
    length, shift, last = 0, 1, 1
    for number, syndrome in enumerate(syndromes):
        off = syndrome
        for place in range(1, min(length, len(current) - 1) + 1):
            off ^= _times(current[place], syndromes[number - place])
        if not off:
            shift += 1
            continue
        change = [0] * shift + [_times(_divide(off, last), factor) for factor in before]
        following = [
            (current[place] if place < len(current) else 0) ^ (change[place] if place < len(change) else 0)
            for place in range(max(len(current), len(change)))
        ]
        if 2 * length <= number:
            length, before, last, shift = number + 1 - length, current, off, 1
        else:
            shift += 1
        current = following
    return current


def _evaluate(block: bytes | bytearray, power: int) -> int:
    value = 0
    for byte in block:
        value = byte ^ (_POWER[_LOG[value] + power] if value else 0)
    return value


def _value(polynomial: Sequence[int], power: int) -> int:
    """The polynomial's value at this power of the field's generator."""
    value = 0
    for place, factor in enumerate(polynomial):
        if factor:
            value ^= _POWER[(_LOG[factor] + place * power) % 255]
    return value


def _times(one: int, other: int) -> int:
    return _POWER[_LOG[one] + _LOG[other]] if one and other else 0


def _divide(one: int, other: int) -> int:
    return _POWER[_LOG[one] + 255 - _LOG[other]] if one else 0


def _multiply(one: Sequence[int], other: Sequence[int]) -> Polynomial:
    product = [0] * (len(one) + len(other) - 1)
    for place, factor in enumerate(one):
        if factor:
            for shift, by in enumerate(other):
                if by:
                    product[place + shift] ^= _POWER[_LOG[factor] + _LOG[by]]
    return product
