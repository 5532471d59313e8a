"""What stands where in a code, checked on codes of our own."""

import random

import pytest

from clea_portal.posters.symbol import make_symbol
from clea_portal.scanning.blocks import Blocks, likeliest_format
from clea_portal.scanning.codewords import BYTES, LEVELS, MODULES, fixed, formats
from tests.pictures import clea_link


def matrix(*, with_contact: bool = True) -> tuple[bytes, ...]:
    return make_symbol(clea_link(1, with_contact=with_contact)).matrix


def levels_of(rows: tuple[bytes, ...]) -> list[float]:
    return [-1.0 if dark else 1.0 for row in rows for dark in row]


def test_fixed_modules_are_those_of_every_code() -> None:
    rows = matrix()
    assert {place: bool(rows[place[1]][place[0]]) for place in fixed()} == dict(fixed())


def test_every_level_has_all_bytes_once() -> None:
    for level in LEVELS:
        assert sorted(place for block in level.places() for place in block) == list(range(BYTES))


@pytest.mark.parametrize(("with_contact", "format_"), [(True, (1, 2)), (False, (2, 2))])
def test_likeliest_format(with_contact, format_) -> None:
    levels = levels_of(matrix(with_contact=with_contact))
    assert likeliest_format(levels) == format_
    # Half of one of its two copies is hidden.
    for x, y in list(formats()[format_])[:7]:
        levels[y * MODULES + x] = 0.0
    assert likeliest_format(levels) == format_


@pytest.mark.parametrize("with_contact", [True, False])
def test_blocks_settle_every_module_that_holds_bytes(with_contact) -> None:
    rows = matrix(with_contact=with_contact)
    levels = levels_of(rows)
    blocks = Blocks(likeliest_format(levels))
    settled = blocks.look(levels)
    assert blocks.are_all_right
    assert len(settled) == 8 * BYTES
    assert settled == {place: bool(rows[place[1]][place[0]]) for place in settled}


def test_blocks_put_right_what_is_wrong_and_what_is_doubtful() -> None:
    rows = matrix()
    levels = levels_of(rows)
    generator = random.Random(4)
    for place in generator.sample(range(len(levels)), 100):
        # Decided wrongly, but not firmly.
        levels[place] *= -0.1
    blocks = Blocks((1, 2))
    settled = blocks.look(levels)
    assert blocks.are_all_right
    assert settled == {place: bool(rows[place[1]][place[0]]) for place in settled}


def test_blocks_of_noise_settle_nothing() -> None:
    generator = random.Random(5)
    blocks = Blocks((1, 2))
    assert blocks.look([generator.uniform(-1, 1) for _ in range(MODULES**2)]) == {}
    assert not blocks.are_all_right
