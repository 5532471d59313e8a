import json
from contextlib import suppress
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clea_portal.cluster_server.list_format import (
    Exposition,
    Index,
    MalformedListError,
    highest_match,
    needed,
    parse_file,
    parse_index,
    shows,
)

LTID = UUID("85e90975-0000-4000-8000-000000000001")


def cluster(**changes):
    return {"s": 3824820000, "d": 7200, "r": 2.0} | changes


def content(*exp, ltid=str(LTID)):
    return json.dumps([{"ltid": ltid, "exp": list(exp)}]).encode()


def test_index_is_read():
    assert parse_index(b'{"i": 42, "c": ["85", "B6"], "new": 1}') == Index(42, frozenset({"85", "b6"}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "\xff",
        "[]",
        "null",
        '{"i": 42}',
        '{"c": []}',
        '{"i": "42", "c": []}',
        '{"i": true, "c": []}',
        '{"i": -1, "c": []}',
        '{"i": 1.5, "c": []}',
        '{"i": 1e400, "c": []}',
        '{"i": 1, "c": {}}',
        '{"i": 1, "c": [85]}',
        '{"i": 1, "c": [""]}',
        '{"i": 1, "c": ["../../x"]}',
        '{"i": 1, "c": ["123456789"]}',
        "[" * 100_000,
        '{"i": ' + "9" * 5000 + ', "c": []}',
    ],
)
def test_index_malformed_has_a_named_error(text):
    with pytest.raises(MalformedListError, match="index") as caught:
        parse_index(text.encode("latin-1"))
    assert caught.value.code == "malformed_list"


@pytest.mark.parametrize("start", [3824820000, "3824820000", 3824820000.0])
def test_file_start_may_be_number_or_digits(start):
    assert parse_file(content(cluster(s=start)), prefix="85") == {LTID: [Exposition(3824820000, 7200, 2.0)]}


def test_file_ltid_listed_twice_keeps_both():
    twice = json.dumps([{"ltid": str(LTID), "exp": [cluster()]}, {"ltid": str(LTID).upper(), "exp": [cluster(r=3)]}])
    assert parse_file(twice.encode(), prefix="85") == {
        LTID: [Exposition(3824820000, 7200, 2.0), Exposition(3824820000, 7200, 3.0)]
    }


@pytest.mark.parametrize(
    "malformed",
    [
        b"{}",
        b"[1]",
        b'[{"ltid": "85e90975-0000-4000-8000-000000000001"}]',
        b'[{"ltid": "85e90975-0000-4000-8000-000000000001", "exp": {}}]',
        content(cluster(), ltid="b6e90975-0000-4000-8000-000000000001"),
        content(cluster(), ltid="{85e90975-0000-4000-8000-000000000001}"),
        content(cluster(), ltid=85),
        content(1),
        content({"s": 1, "d": 1}),
        content(cluster(s="")),
        content(cluster(s="-1")),
        content(cluster(s="٣")),
        content(cluster(s="99999999999")),
        content(cluster(s=2**32)),
        content(cluster(s=-1)),
        content(cluster(s=True)),
        content(cluster(s=None)),
        content(cluster(d="7200")),
        content(cluster(d=-1)),
        content(cluster(d=1.5)),
        content(cluster(r="2.0")),
        content(cluster(r=None)),
        content(cluster(r=True)),
        content(cluster(r=-1)),
        content(cluster(r=float("nan"))),
        content(cluster(r=float("inf"))),
    ],
)
def test_file_malformed_has_a_named_error(malformed):
    with pytest.raises(MalformedListError, match="file 85") as caught:
        parse_file(malformed, prefix="85")
    assert "0975" not in str(caught.value)


keys = st.sampled_from(["i", "c", "s", "d", "r", "ltid", "exp"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
)


@given(st.binary(max_size=50) | json_values.map(lambda value: json.dumps(value).encode()))
def test_whatever_comes_is_read_or_has_a_named_error(data):
    for parse in (parse_index, lambda data: parse_file(data, prefix="85")):
        with suppress(MalformedListError):
            parse(data)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([], []),
        (["85"], ["85"]),
        (["85e9"], ["85"]),
        ([str(LTID)], ["85"]),
        (["B6", "85"], ["85", "b6"]),
        (["8"], ["85"]),
        (["00"], []),
    ],
)
def test_needed_names_only_the_files_that_can_matter(wanted, expected):
    assert needed(Index(1, frozenset({"85", "b6"})), wanted) == expected


@pytest.mark.parametrize(("visit", "expected"), [(99, False), (100, True), (150, True), (160, True), (161, False)])
def test_exposition_both_ends_belong_to_it(visit, expected):
    assert Exposition(100, 60, 2.0).matches(visit) is expected


def test_highest_match_is_the_riskiest_of_those_that_match():
    orange, red, elsewhere = Exposition(100, 60, 2.0), Exposition(150, 60, 3.0), Exposition(500, 60, 3.5)
    assert highest_match([orange, red, elsewhere], 155) == red
    assert highest_match([orange, red, elsewhere], 120) == orange
    assert highest_match([orange, red, elsewhere], 300) is None


@pytest.mark.parametrize(
    ("start", "end", "expected"), [(0, 99, False), (0, 100, True), (120, 120, True), (160, 200, True), (161, 200, False)]
)
def test_shows_any_part_of_a_span(start, end, expected):
    assert shows([Exposition(100, 60, 2.0)], start=start, end=end) is expected
