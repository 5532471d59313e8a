import hashlib
import random
import re
import string

import pytest
import segno

from clea_portal.posters.errors import LinkUnfit
from clea_portal.posters.symbol import MASK, QUIET_ZONE, Symbol, make_symbol, svg_of
from tests.clea_portal.posters.making import LINK, LINK_WITHOUT_CONTACT


def link_of(length: int) -> str:
    return "https://tac.gouv.fr?v=0#".ljust(length, "A")


@pytest.mark.parametrize(
    ("link", "designator"),
    [
        (LINK_WITHOUT_CONTACT, "12-Q"),
        (link_of(24), "12-Q"),
        (link_of(203), "12-Q"),
        (link_of(204), "12-M"),
        (LINK, "12-M"),
        (link_of(287), "12-M"),
    ],
)
def test_symbol_has_version_12_and_the_best_level_that_fits(link: str, designator: str) -> None:
    assert make_symbol(link).designator == designator


@pytest.mark.parametrize("link", [link_of(288), link_of(5000), "", "https://tac.gouv.fr?v=0#é"])
def test_symbol_of_a_link_that_does_not_fit(link: str) -> None:
    with pytest.raises(LinkUnfit) as caught:
        make_symbol(link)
    assert "tac.gouv.fr" not in str(caught.value) + repr(caught.value)


@pytest.mark.parametrize(
    ("link", "digest"),
    [
        (link_of(171), "45162b518a766a202a27c929421a34cf22f539652d47ec36c0b38c810e0063c5"),
        (link_of(258), "2f255ba4ae0cac3528e2b6b412635ba83a46c691388447b5484355e834fed7bc"),
        # What is above is for segno, what is below for zxing-cpp.
        (link_of(171).lower(), "8b9fddc7a6b5586fe7bb7bbdd1a60fe58f90f9d444e725c5df5ac1c00b8bb4df"),
        (link_of(258).lower(), "ce0dee01dd7034abcc62e5e221a08a94e4c7490f0088bc8dea692673141bcaa2"),
    ],
)
def test_modules_are_those_of_posters_that_hang_already(link: str, digest: str) -> None:
    # Codes are kept as links and drawn anew: if an update of the encoder changes this, reprints differ from what hangs on walls.
    modules = b"".join(bytes(row) for row in make_symbol(link).matrix)
    assert hashlib.sha256(modules).hexdigest() == digest


def links_with_runs(length: int) -> list[str]:
    """Random links, and links in which figures and capitals follow one another for long, inside and at the end."""
    chance = random.Random(length)
    base64 = string.ascii_letters + string.digits + "-_"
    kinds = (string.digits, string.ascii_uppercase, string.digits + string.ascii_uppercase + "-")
    links = ["".join(chance.choices(base64, k=length)) for _ in range(30)]
    for kind in kinds:
        for run in (1, 3, 4, 5, 6, 7, 8, 13, 14, 16):
            for after in (0, 40):
                rest = "".join(chance.choices(string.ascii_lowercase, k=length))
                links.append(rest[: length - run - after] + "".join(chance.choices(kind, k=run)) + rest[length - after :])
    for _ in range(30):
        link = ""
        while len(link) < length:
            link += "".join(chance.choices(chance.choice(kinds), k=chance.randrange(1, 14))) + chance.choice("abc_")
        links.append(link[:length])
    return [link_of(24) + link[24:] for link in links]


@pytest.mark.parametrize(("length", "level"), [(203, "q"), (287, "m")])
def test_links_are_encoded_in_byte_mode(length: int, level: str) -> None:
    # Where nothing is left to fill up, two encoders can only differ by the mode.
    for link in links_with_runs(length):
        other = segno.make_qr(link, version=12, error=level, mode="byte", mask=MASK, boost_error=False)
        assert make_symbol(link).matrix == tuple(map(bytes, other.matrix)), link


def test_drawing_of_touching_shapes_and_holes() -> None:
    rows = tuple(bytes(row) for row in ([1, 1, 1, 0], [1, 0, 1, 0], [1, 1, 1, 0], [0, 0, 0, 1]))
    assert filled(Symbol(matrix=rows, designator="")) == list(rows)


def test_drawing_of_a_symbol() -> None:
    symbol = make_symbol(LINK)
    assert filled(symbol) == list(symbol.matrix)


def filled(symbol: Symbol) -> list[bytes]:
    """The modules that a drawing fills, each of them once."""
    side = len(symbol.matrix)
    dark = [[0] * side for _ in range(side)]
    found = re.findall(r"M(\d+) (\d+)v(\d+)h(\d+)v-(\d+)z", svg_of(symbol, title="", background=False))
    for x, y, height, width, back in (map(int, rectangle) for rectangle in found):
        assert back == height
        for row in range(y - QUIET_ZONE, y - QUIET_ZONE + height):
            for column in range(x - QUIET_ZONE, x - QUIET_ZONE + width):
                dark[row][column] += 1
    return [bytes(row) for row in dark]
