"""Reed and Solomon's code: what can be put right, and what must not be."""

import random

import pytest

from clea_portal.posters.symbol import make_symbol
from clea_portal.scanning.codewords import LEVELS, MODULES, bits
from clea_portal.scanning.solomon import correct
from tests.pictures import clea_link

PARITY = 22


def a_block() -> bytes:
    """The first block of a real code, of level M and mask 2."""
    modules = b"".join(make_symbol(clea_link(1)).matrix)
    assert len(modules) == MODULES**2
    ones = [bool(modules[place]) != is_turned for place, is_turned in bits(2)]
    whole = [sum(one << 7 - bit for bit, one in enumerate(ones[8 * byte : 8 * byte + 8])) for byte in range(len(ones) // 8)]
    return bytes(whole[place] for place in LEVELS[1].places()[0])


def spoil(block: bytes, count: int, *, seed: int) -> tuple[bytes, list[int]]:
    generator = random.Random(seed)
    places = generator.sample(range(len(block)), count)
    spoilt = bytearray(block)
    for place in places:
        spoilt[place] ^= generator.randrange(1, 256)
    return bytes(spoilt), places


def test_correct_of_a_block_without_mistakes() -> None:
    assert correct(a_block(), parity=PARITY) == a_block()


@pytest.mark.parametrize(("unseen", "doubted"), [(1, 0), (11, 0), (0, 22), (5, 12), (10, 2), (3, 15)])
def test_correct_of_mistakes_unseen_and_doubted(unseen, doubted) -> None:
    block = a_block()
    spoilt, places = spoil(block, unseen + doubted, seed=unseen)
    assert correct(spoilt, parity=PARITY, doubtful=places[:doubted]) == block


def test_correct_where_what_is_doubted_is_right() -> None:
    block = a_block()
    spoilt, _ = spoil(block, 6, seed=3)
    assert correct(spoilt, parity=PARITY, doubtful=range(10)) == block


@pytest.mark.parametrize(("unseen", "doubted"), [(9, 0), (0, 18), (4, 10)])
def test_correct_keeps_what_has_to_be_spared(unseen, doubted) -> None:
    block = a_block()
    spoilt, places = spoil(block, unseen + doubted, seed=unseen)
    assert correct(spoilt, parity=PARITY, doubtful=places[:doubted], spare=4) == block
    spoilt, places = spoil(block, unseen + doubted + 1, seed=unseen)
    assert correct(spoilt, parity=PARITY, doubtful=places[:doubted], spare=4) is None


def test_correct_gives_no_wrong_block() -> None:
    block = a_block()
    results = {correct(spoil(block, 12 + seed % 20, seed=seed)[0], parity=PARITY, spare=4) for seed in range(300)}
    assert results == {None}


def test_correct_does_not_trust_more_doubt_than_there_is_parity() -> None:
    spoilt, places = spoil(a_block(), 23, seed=5)
    assert correct(spoilt, parity=PARITY, doubtful=places) is None
