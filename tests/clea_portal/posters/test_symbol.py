import hashlib

import pytest

from clea_portal.posters.errors import LinkUnfit
from clea_portal.posters.outline import outline_path
from clea_portal.posters.symbol import make_symbol
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
    ],
)
def test_modules_are_those_of_posters_that_hang_already(link: str, digest: str) -> None:
    # Codes are kept as links and drawn anew: if an update of the encoder changes this, reprints differ from what hangs on walls.
    modules = b"".join(bytes(row) for row in make_symbol(link).matrix)
    assert hashlib.sha256(modules).hexdigest() == digest


def test_outline_of_touching_shapes_and_holes() -> None:
    rows = [bytes(row) for row in ([1, 1, 1, 0], [1, 0, 1, 0], [1, 1, 1, 0], [0, 0, 0, 1])]
    assert filled(outline_path(rows, offset=0), side=4) == rows


def test_outline_of_a_symbol() -> None:
    rows = [bytes(row) for row in make_symbol(LINK).matrix]
    assert filled(outline_path(rows, offset=0), side=65) == rows


def filled(path: str, *, side: int) -> list[bytes]:
    """What a path of horizontal and vertical lines fills: each module is dark after an odd number of edges on its left."""
    edges = [[0] * (side + 1) for _ in range(side)]
    for contour in path.split("z")[:-1]:
        start, *lines = contour.replace("M", "").replace("h", ",h").replace("v", ",v").split(",")
        x, y = (int(number) for number in start.split())
        first = (x, y)
        for line in lines:
            length = int(line[1:])
            if line[0] == "h":
                x += length
                continue
            for row in range(min(y, y + length), max(y, y + length)):
                edges[row][x] += 1
            y += length
        assert (x, y) == first
    return [bytes(sum(row[: x + 1]) % 2 for x in range(side)) for row in edges]
