"""How many pictures of codes are read, and how fast, kind by kind: ``python -m tests.benchmarks.reading [PICTURES_PER_KIND]``.

Two sets: codes drawn plainly, each in one kind of trouble, and our own posters in scenes (tests/hard_pictures.py). The rates rank
changes to the reader. They do not predict a rate in the field: the pictures are made, not taken.
"""

import os
import statistics
import sys
from collections.abc import Callable
from functools import partial

import django

from clea_portal.scanning.isolated import read_isolated
from clea_portal.scanning.reading import read_content
from tests.hard_pictures import HARD_KINDS, HardPicture, make_picture
from tests.pictures import KINDS, clea_link, draw_poster, hang_in_room, photograph

# Not the seeds of the tests, nor those that the chain was tuned on.
FIRST_SEED = 20_000


Maker = Callable[[int], HardPicture]


def makers() -> dict[str, Maker]:
    """By name, what makes the picture of a seed."""

    def plain(kind: Callable[[int], bytes]) -> Maker:
        return lambda seed: HardPicture(content=kind(seed), links=(clea_link(seed),))

    return {
        **{kind.__name__: plain(kind) for kind in KINDS},
        **{f"poster {kind.__name__}": partial(make_picture, kind) for kind in HARD_KINDS},
    }


def measure(make: Maker, *, count: int) -> tuple[int, int, list[int]]:
    """How many pictures were read, how many gave a wrong text, and the milliseconds of each."""
    right = wrong = 0
    times: list[int] = []
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        picture = make(seed)
        reading = read_content(picture.content)
        right += set(reading.links) == set(picture.links)
        wrong += not set(reading.links) <= set(picture.links)
        times.append(reading.milliseconds)
    return right, wrong, times


def measure_large_photo() -> dict[str, int]:
    """Median milliseconds of ``read_isolated``, start of the child included, for 12 megapixels with and without a code."""
    poster = draw_poster(clea_link(FIRST_SEED))
    photos = {"12 MP photo of a poster": [poster], "12 MP photo without a code": []}
    medians = {}
    for name, pictures in photos.items():
        content = photograph(hang_in_room(pictures, seed=FIRST_SEED), seed=FIRST_SEED, degrees=0, noise=6)
        medians[name] = round(statistics.median(read_isolated(content).milliseconds for _ in range(5)))
    return medians


def main(count: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    all_right = all_wrong = 0
    all_times = []
    lines = [f"{'kind':20}{'read':>10}{'wrong':>7}{'median ms':>11}{'max ms':>8}"]
    for name, make in makers().items():
        right, wrong, times = measure(make, count=count)
        lines.append(f"{name:20}{f'{right}/{count}':>10}{wrong:7}{statistics.median(times):11.0f}{max(times):8}")
        all_right += right
        all_wrong += wrong
        all_times += times
    rate = 100 * all_right / len(all_times)
    lines.append(f"{'all':20}{f'{rate:.1f} %':>10}{all_wrong:7}{statistics.median(all_times):11.0f}{max(all_times):8}")
    lines += [f"{name}: {milliseconds} ms" for name, milliseconds in measure_large_photo().items()]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
