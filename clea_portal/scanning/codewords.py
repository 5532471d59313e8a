"""What stands where in a code of version 12 (ISO/IEC 18004): fixed patterns, format, and the bytes of each block."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

MODULES = 65
# Alignment patterns stand at the crossings of these lines, but for the corners with finder patterns.
LINES = (6, 32, 58)
ALIGNED = tuple((x, y) for x in LINES for y in LINES if (x, y) not in ((6, 6), (58, 6), (6, 58)))
FINDERS = ((0, 0), (MODULES - 7, 0), (0, MODULES - 7))
BYTES = 466
_VERSION_BITS = 0b001100011101100010
_FORMAT_MASK = 0b101010000010010
_FORMAT_GENERATOR = 0b10100110111

Place = tuple[int, int]
# The number of a level, and of a mask.
Format = tuple[int, int]

MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda x, y: (x + y) % 2 == 0,
    lambda x, y: y % 2 == 0,
    lambda x, y: x % 3 == 0,
    lambda x, y: (x + y) % 3 == 0,
    lambda x, y: (y // 2 + x // 3) % 2 == 0,
    lambda x, y: x * y % 2 + x * y % 3 == 0,
    lambda x, y: (x * y % 2 + x * y % 3) % 2 == 0,
    lambda x, y: ((x + y) % 2 + x * y % 3) % 2 == 0,
)


@dataclass(frozen=True, kw_only=True)
class Level:
    """``bits``: of the format. ``blocks``: how many; the later ones have a byte more. ``parity``: bytes of each block."""

    bits: int
    blocks: int
    parity: int

    def places(self) -> list[list[int]]:
        """For each block, where its bytes stand among all."""
        short, longer = divmod(BYTES, self.blocks)
        data, ends = short - self.parity, self.blocks - longer
        lengths = [data + (block >= ends) for block in range(self.blocks)]
        order = [(block, place) for place in range(data + 1) for block in range(self.blocks) if place < lengths[block]]
        order += [(block, -1) for _ in range(self.parity) for block in range(self.blocks)]
        found: list[list[int]] = [[] for _ in range(self.blocks)]
        for number, (block, _) in enumerate(order):
            found[block].append(number)
        return found


LEVELS = (
    Level(bits=0b01, blocks=4, parity=24),
    Level(bits=0b00, blocks=8, parity=22),
    Level(bits=0b11, blocks=10, parity=26),
    Level(bits=0b10, blocks=11, parity=28),
)


@cache
def fixed() -> Mapping[Place, bool]:
    """What every code of version 12 has at the same place, and whether it is dark."""
    modules: dict[Place, bool] = {}
    for step in range(8, MODULES - 8):
        modules[step, 6] = modules[6, step] = step % 2 == 0
    for x, y in ALIGNED:
        for across in range(-2, 3):
            for down in range(-2, 3):
                modules[x + across, y + down] = max(abs(across), abs(down)) != 1
    for x, y in FINDERS:
        for across in range(-1, 8):
            for down in range(-1, 8):
                if 0 <= x + across < MODULES and 0 <= y + down < MODULES:
                    modules[x + across, y + down] = max(abs(across - 3), abs(down - 3)) not in (2, 4)
    modules[8, MODULES - 8] = True
    for place in range(18):
        a, b = MODULES - 11 + place % 3, place // 3
        modules[a, b] = modules[b, a] = bool(_VERSION_BITS >> place & 1)
    return modules


@cache
def _format_places() -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """Both places of the fifteen bits of the format, the lowest first."""
    last = MODULES - 1
    around = [(8, y) for y in (0, 1, 2, 3, 4, 5, 7, 8)] + [(x, 8) for x in (7, 5, 4, 3, 2, 1, 0)]
    apart = [(last - step, 8) for step in range(8)] + [(8, last - step) for step in range(6, -1, -1)]
    return tuple(around), tuple(apart)


@cache
def _order() -> tuple[Place, ...]:
    """Where the bits of the bytes stand, from right to left in columns of two, up and down in turns."""
    taken = {*fixed(), *_format_places()[0], *_format_places()[1]}
    places: list[Place] = []
    columns = [*range(MODULES - 1, 6, -2), *range(5, 0, -2)]
    for number, right in enumerate(columns):
        rows = range(MODULES) if number % 2 else range(MODULES - 1, -1, -1)
        places += [(x, y) for y in rows for x in (right, right - 1) if (x, y) not in taken]
    return tuple(places[: 8 * BYTES])


@cache
def formats() -> Mapping[Format, Mapping[Place, bool]]:
    """For each level and mask the modules that tell them, and whether they are dark."""
    found = {}
    for number, level in enumerate(LEVELS):
        for mask in range(len(MASKS)):
            value = rest = (level.bits << 3 | mask) << 10
            for shift in range(4, -1, -1):
                if rest >> shift + 10 & 1:
                    rest ^= _FORMAT_GENERATOR << shift
            value = (value | rest) ^ _FORMAT_MASK
            found[number, mask] = {
                place: bool(value >> bit & 1) for places in _format_places() for bit, place in enumerate(places)
            }
    return found


@cache
def bits(mask: int) -> tuple[tuple[int, bool], ...]:
    """Each bit of all bytes: its module, counted row by row, and whether the mask has turned it over."""
    return tuple((y * MODULES + x, MASKS[mask](x, y)) for x, y in _order())
