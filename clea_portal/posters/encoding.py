"""QR codes of version 12 in byte mode, whose version and mask never change: where each bit goes is worked out once.

A general encoder spends nine tenths of its time on finding that out again (ISO/IEC 18004, 8.7 to 8.10). Ours gives the same
modules as segno's: the tests compare them.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from operator import itemgetter

import segno

VERSION = 12
SIDE = 17 + 4 * VERSION
_CODEWORDS = 466
_BITS = 8 * _CODEWORDS
_ALIGNED_AT = (6, 32, 58)
# The field of Reed-Solomon codes: x⁸ + x⁴ + x³ + x² + 1.
_POLYNOMIAL = 0x11D
_TO_BITS = bytes.maketrans(b"01", b"\0\1")
_INVERTED = bytes.maketrans(b"01", b"\1\0")


@dataclass(frozen=True, slots=True)
class Level:
    """``blocks``: how many data codewords each has; ``checks``: how many codewords correct each block."""

    name: str
    blocks: tuple[int, ...]
    checks: int


Q = Level("q", (20,) * 4 + (21,) * 6, 26)
M = Level("m", (36,) * 6 + (37,) * 2, 22)


def encode(text: bytes, level: Level, *, mask: int) -> tuple[bytes, ...]:
    """Rows of modules, 1 for dark, without a quiet zone. The text must fit: 3 bytes less than the level's data codewords."""
    codewords = _interleaved(_data(text, level), level)
    bits = format(int.from_bytes(codewords), f"0{_BITS}b").encode()
    picked = bytes(_layout(level, mask)(bits.translate(_TO_BITS) + bits.translate(_INVERTED) + b"\0\1"))
    return tuple(picked[start : start + SIDE] for start in range(0, SIDE * SIDE, SIDE))


def _data(text: bytes, level: Level) -> bytes:
    """Mode 4 (bytes), the length in 16 bits, the text, and padding."""
    size = sum(level.blocks)
    if len(text) > size - 3:
        raise ValueError("The text does not fit.")
    head = (4 << 16 | len(text)) << 8 * len(text) | int.from_bytes(text)
    # 20 bits before the text, 4 zeroes after it; then a zero byte that no reader looks at, as on posters that hang already.
    return ((head << 4).to_bytes(len(text) + 3) + b"\0" + b"\xec\x11" * size)[:size]


def _interleaved(data: bytes, level: Level) -> bytes:
    blocks, start = [], 0
    for length in level.blocks:
        blocks.append(data[start : start + length])
        start += length
    columns = [column for part in (blocks, [_checks(block, level.checks) for block in blocks]) for column in zip_longest(*part)]
    return bytes(codeword for column in columns for codeword in column if codeword is not None)


def _checks(block: bytes, number: int) -> bytes:
    """The remainder of the block by the generator, as one long number whose bytes are the coefficients."""
    table, shift = _multiples(number), 8 * (number - 1)
    rest, keep = 0, (1 << shift) - 1
    for byte in block:
        rest = (rest & keep) << 8 ^ table[byte ^ rest >> shift]
    return rest.to_bytes(number)


@lru_cache
def _multiples(number: int) -> list[int]:
    """The generator of ``number`` check codewords, without its leading 1, times each element of the field."""
    generator = [1]
    root = 1
    for _ in range(number):
        generator = [a ^ _times(b, root) for a, b in zip([*generator, 0], [0, *generator], strict=True)]
        root = _times(root, 2)
    return [int.from_bytes(bytes(_times(factor, part) for part in generator[1:])) for factor in range(256)]


def _times(a: int, b: int) -> int:
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a = a << 1 ^ (_POLYNOMIAL if a & 0x80 else 0)
        b >>= 1
    return product


@lru_cache
def _layout(level: Level, mask: int) -> "itemgetter[tuple[int, ...]]":
    """Picks every module from bits, inverted bits, a light and a dark one, in this order."""
    # What is not data is the same in every code of one version, level and mask.
    fixed = segno.make_qr("0", version=VERSION, error=level.name, mode="byte", mask=mask, boost_error=False).matrix
    picks = [2 * _BITS + fixed[y][x] for y in range(SIDE) for x in range(SIDE)]
    for number, (x, y) in enumerate(_places()):
        picks[y * SIDE + x] = number + (_BITS if _is_inverted(x, y, mask) else 0)
    return itemgetter(*picks)


def _is_inverted(x: int, y: int, mask: int) -> bool:
    if mask != 2:
        raise ValueError("Only mask 2 is in use.")
    return x % 3 == 0


def _places() -> list[tuple[int, int]]:
    """Where the bits go: in columns of two from the right, up and down by turns, around what is fixed."""
    places = []
    for turn, right in enumerate([*range(SIDE - 1, 6, -2), *range(5, 0, -2)]):
        rows = range(SIDE) if turn % 2 else range(SIDE - 1, -1, -1)
        places += [(x, y) for y in rows for x in (right, right - 1) if not _is_fixed(x, y)]
    return places[:_BITS]


def _is_fixed(x: int, y: int) -> bool:
    """Finders with their margin and the format beside them, timing lines, alignment patterns, the version."""
    last = SIDE - 1
    if 6 in (x, y) or (x < 9 and y < 9) or (x > last - 8 and y < 9) or (x < 9 and y > last - 8):
        return True
    if (x > last - 11 and y < 6) or (x < 6 and y > last - 11):
        return True
    corners = {(6, 6), (6, last - 6), (last - 6, 6)}
    return any(
        abs(x - column) <= 2 and abs(y - row) <= 2
        for column in _ALIGNED_AT
        for row in _ALIGNED_AT
        if (column, row) not in corners
    )
