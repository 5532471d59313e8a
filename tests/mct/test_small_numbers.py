from collections import defaultdict
from itertools import product

import pytest

from mct.small_numbers import exact, guarded, share


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "<5"), (1, "<5"), (4, "<5"), (5, "10"), (14, "10"), (15, "20"), (24, "20"), (25, "30"), (998, "1000")],
)
def test_what_may_leave_a_region(count, shown):
    assert str(guarded(count)) == shown
    assert str(exact(count)) == str(count)


def test_nothing_is_drawn_of_a_few():
    assert {guarded(count).drawn for count in range(5)} == {0}


def shown(counts):
    return (*(str(guarded(count)) for count in counts), str(guarded(sum(counts))))


@pytest.mark.parametrize("parts", [2, 3])
def test_hidden_part_of_a_total_could_always_be_one_of_several_numbers(parts):
    """Every table of so many lines, whatever else it shows."""
    could_be = defaultdict(lambda: [set() for _ in range(parts)])
    for counts in product(range(26), repeat=parts):
        for number, count in enumerate(counts):
            could_be[shown(counts)][number].add(count)
    for (*lines, total), numbers in could_be.items():
        for line, possible in zip(lines, numbers, strict=True):
            # Beyond the range of this test, totals are cut off.
            if line == "<5" and int(total.lstrip("<")) < 20:
                assert len(possible) > 1, (lines, total)


def test_lines_that_are_all_as_large_or_as_small_as_hidden_ones_can_be_are_not_given_away():
    for lines in range(2, 60):
        for count, neighbour in ((4, 3), (0, 1)):
            counts, others = [count] * lines, [count] * (lines - 1) + [neighbour]
            assert shown(counts) == shown(others), (lines, count)


def test_own_part_taken_off_the_whole_leaves_several_numbers_for_the_others():
    for own in range(40):
        for others in range(1, 5):
            whole = str(guarded(own + others))
            assert len({rest for rest in range(40) if str(guarded(own + rest)) == whole}) > 1, (own, others)


@pytest.mark.parametrize(
    ("part", "whole", "is_guarded", "percent"),
    [(1, 3, False, 33), (0, 0, False, None), (3, 30, True, None), (6, 33, True, 33), (0, 33, True, None), (8, 8, True, 100)],
)
def test_share(part, whole, is_guarded, percent):
    assert share(part, whole, is_guarded=is_guarded) == percent
