"""The bytes of a code of version 12, block by block, from modules of which it is known how sure each is."""

from collections.abc import Mapping, Sequence

from clea_portal.scanning.codewords import LEVELS, MODULES, Format, Place, bits, formats
from clea_portal.scanning.solomon import correct

# Bytes of parity that have to be left over: for each, the odds that a wrong block passes are one to 256.
SPARE = 4
# How many doubtful bytes are tried, of 22 to 28 that parity could replace.
DOUBTFUL = range(0, 20, 2)


def likeliest_format(levels: Sequence[float]) -> Format:
    """``levels``: of each module, row by row, -1 for dark to 1 for light."""

    def agreement(format_: Format) -> float:
        return sum(
            -levels[y * MODULES + x] if is_dark else levels[y * MODULES + x] for (x, y), is_dark in formats()[format_].items()
        )

    return max(formats(), key=agreement)


class Blocks:
    """The blocks of one code; those that were put right once stay."""

    def __init__(self, format_: Format) -> None:
        self._level = LEVELS[format_[0]]
        self._bits = bits(format_[1])
        self._open = dict(enumerate(self._level.places()))

    @property
    def are_all_right(self) -> bool:
        return not self._open

    def look(self, levels: Sequence[float]) -> Mapping[Place, bool]:
        """The modules of blocks that can be put right now, and whether they are dark; ``levels`` as above."""
        ones = [levels[place] if is_turned else -levels[place] for place, is_turned in self._bits]
        settled: dict[Place, bool] = {}
        for block, places in list(self._open.items()):
            found = self._put_right([ones[8 * place : 8 * place + 8] for place in places])
            if found is None:
                continue
            del self._open[block]
            for place, byte in zip(places, found, strict=True):
                for bit in range(8):
                    module, is_turned = self._bits[8 * place + bit]
                    settled[module % MODULES, module // MODULES] = bool(byte >> 7 - bit & 1) != is_turned
        return settled

    def _put_right(self, block: Sequence[Sequence[float]]) -> bytes | None:
        read = bytes(sum((one > 0) << 7 - bit for bit, one in enumerate(byte)) for byte in block)
        # A byte is as sure as its least sure bit.
        unsure = sorted(range(len(block)), key=lambda place: min(map(abs, block[place])))
        for count in DOUBTFUL:
            right = correct(read, parity=self._level.parity, doubtful=unsure[:count], spare=SPARE)
            if right is not None:
                return right
        return None
