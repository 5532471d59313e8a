import hashlib

import pytest

from clea_portal.protocol.errors import BadKey, BadPoint
from clea_portal.protocol.keys import (
    CURVE_ORDER,
    PUBLISHED_TEST_KEYS,
    fingerprint,
    generate_private_key,
    parse_private_key,
    parse_public_key,
    private_key_hex,
    public_key_hex,
)
from tests.clea_portal.protocol import reference, vectors

COMPRESSED = reference.compress(reference.G).hex()
UNCOMPRESSED = reference.uncompressed_hex(reference.G)


@pytest.mark.parametrize(
    "text", [UNCOMPRESSED, COMPRESSED, COMPRESSED.upper(), f"0x{COMPRESSED}", f"0X{UNCOMPRESSED}", f" {COMPRESSED}\n"]
)
def test_public_key_in_every_form(text: str) -> None:
    key = parse_public_key(text)
    assert (public_key_hex(key), public_key_hex(key, compressed=True)) == (UNCOMPRESSED, COMPRESSED)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0x",
        "xyz",
        "é" * 66,
        COMPRESSED[:-1],
        COMPRESSED + "00",
        UNCOMPRESSED[:-2],
        "06" + UNCOMPRESSED[2:],
        "07" + UNCOMPRESSED[2:],
        "04" + COMPRESSED[2:],
        "02" + UNCOMPRESSED[2:],
        f"{COMPRESSED[:10]} {COMPRESSED[10:]}",
        f"{COMPRESSED[:10]}_{COMPRESSED[11:]}",
        "00",
    ],
)
def test_public_key_refuses_other_text(text: str) -> None:
    with pytest.raises(BadKey) as caught:
        parse_public_key(text, where="pk_sa")
    assert type(caught.value) is BadKey
    assert caught.value.where == "pk_sa"


@pytest.mark.parametrize(
    "text",
    [
        UNCOMPRESSED[:-1] + ("0" if UNCOMPRESSED[-1] != "0" else "1"),
        "02" + "ff" * 32,
        f"02{reference.P:064x}",
        # No y goes with this x.
        f"02{5:063x}1",
        "04" + "00" * 64,
    ],
)
def test_public_key_refuses_what_is_not_on_the_curve(text: str) -> None:
    with pytest.raises(BadPoint):
        parse_public_key(text)


@pytest.mark.parametrize("text", [vectors.SK_SA, vectors.SK_MCTA, f"0x{vectors.SK_SA}"])
def test_public_key_says_so_when_a_private_key_stands_there(text: str) -> None:
    with pytest.raises(BadKey, match="size of a private key"):
        parse_public_key(text)


@pytest.mark.parametrize("text", [COMPRESSED, UNCOMPRESSED, f"0x{COMPRESSED}"])
def test_private_key_says_so_when_a_public_key_stands_there(text: str) -> None:
    with pytest.raises(BadKey, match="this is a public key"):
        parse_private_key(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("0x1", 1),
        ("0X0a", 10),
        ("00" + "0" * 63 + "7", 7),
        (vectors.SK_MCTA, int(vectors.SK_MCTA, 16)),
        (vectors.SK_SA.upper(), int(vectors.SK_SA, 16)),
        (f"\t{vectors.SK_SA}\n", int(vectors.SK_SA, 16)),
        (f"00{vectors.SK_SA}", int(vectors.SK_SA, 16)),
        (f"{CURVE_ORDER - 1:x}", CURVE_ORDER - 1),
    ],
)
def test_private_key_in_every_form(text: str, value: int) -> None:
    key = parse_private_key(text)
    assert private_key_hex(key) == f"{value:064x}"
    assert public_key_hex(key.public_key()) == reference.uncompressed_hex(reference.multiply(value, reference.G))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0x",
        "0",
        "0" * 64,
        f"{CURVE_ORDER:x}",
        f"{CURVE_ORDER + 1:x}",
        "f" * 64,
        "1" + "0" * 64,
        "1_0",
        "-1",
        "+1",
        "0b1z",
        "f" * 9999,
    ],
)
def test_private_key_refuses_other_text(text: str) -> None:
    with pytest.raises(BadKey):
        parse_private_key(text)


def test_errors_about_keys_do_not_repeat_them() -> None:
    for parse, text in (
        (parse_public_key, vectors.SK_SA),
        (parse_private_key, vectors.SK_SA + "ab"),
        (parse_private_key, "f" * 64),
    ):
        with pytest.raises(BadKey) as caught:
            parse(text)
        assert text[:12] not in str(caught.value)


def test_generated_keys_differ() -> None:
    assert private_key_hex(generate_private_key()) != private_key_hex(generate_private_key())


def test_fingerprint_is_the_same_for_both_forms() -> None:
    expected = hashlib.sha256(bytes.fromhex(UNCOMPRESSED)).hexdigest()
    assert fingerprint(parse_public_key(COMPRESSED)) == fingerprint(parse_public_key(UNCOMPRESSED)) == expected


def test_published_test_keys_are_three_fingerprints() -> None:
    assert sorted(len(bytes.fromhex(text)) for text in PUBLISHED_TEST_KEYS) == [32, 32, 32]
