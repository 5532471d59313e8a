"""One flipped bit anywhere in a code is noticed."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDH, EllipticCurvePrivateKey

from clea_portal.protocol.errors import (
    AuthenticationFailed,
    BadPoint,
    ProtocolError,
    ReservedBitsSet,
    UnknownType,
    UnknownVersion,
    WrongSize,
)
from clea_portal.protocol.keys import parse_point
from clea_portal.protocol.links import build_link, parse_link
from clea_portal.protocol.lsp import decrypt_contact, decrypt_message
from tests.clea_portal.protocol import vectors
from tests.clea_portal.protocol.strategies import SK_MCTA, SK_SA

LSPS = [bytes.fromhex(text) for text in (vectors.STAFF_LSP, vectors.STATIC_LSP, vectors.EVENT_LSP)]
CONTACT = bytes.fromhex(vectors.ENCRYPTED_CONTACT)


def flipped(data: bytes, bit: int) -> bytes:
    copy = bytearray(data)
    copy[bit // 8] ^= 0x80 >> bit % 8
    return bytes(copy)


@pytest.mark.parametrize("lsp", LSPS, ids=["staff", "static", "event"])
def test_flipped_bit_of_the_location_part_is_noticed(lsp: bytes) -> None:
    for bit in range(len(lsp) * 8):
        with pytest.raises(ProtocolError):
            decrypt_message(flipped(lsp, bit), SK_SA)


@pytest.mark.parametrize("lsp", LSPS, ids=["staff", "static", "event"])
def test_flipped_bit_behind_the_first_byte_fails_authentication_or_is_no_point(lsp: bytes) -> None:
    for bit in range(8, len(lsp) * 8):
        with pytest.raises((AuthenticationFailed, BadPoint)):
            decrypt_message(flipped(lsp, bit), SK_SA)


def test_flipped_bit_of_the_contact_message_is_noticed() -> None:
    for bit in range(len(CONTACT) * 8):
        with pytest.raises((AuthenticationFailed, BadPoint)):
            decrypt_contact(flipped(CONTACT, bit), SK_MCTA)


@pytest.mark.parametrize("lsp", LSPS, ids=["staff", "static", "event"])
def test_flipped_bit_of_the_text_is_noticed(lsp: bytes) -> None:
    link = build_link(prefix="https://tac.gouv.fr?v=0#", lsp=lsp)
    start = link.index("#") + 1
    for position in range(start, len(link)):
        for bit in range(8):
            altered = link[:position] + chr(ord(link[position]) ^ 1 << bit) + link[position + 1 :]
            with pytest.raises(ProtocolError):
                decrypt_message(parse_link(altered).lsp, SK_SA)


@pytest.mark.parametrize("lsp", LSPS, ids=["staff", "static", "event"])
def test_other_half_of_the_curve_fails_authentication(lsp: bytes) -> None:
    negated = negated_point(lsp)
    assert shared_secret(negated, SK_SA) == shared_secret(lsp, SK_SA)
    with pytest.raises(AuthenticationFailed):
        decrypt_message(negated, SK_SA)


def test_other_half_of_the_curve_fails_authentication_of_the_contact() -> None:
    negated = negated_point(CONTACT)
    assert shared_secret(negated, SK_MCTA) == shared_secret(CONTACT, SK_MCTA)
    with pytest.raises(AuthenticationFailed):
        decrypt_contact(negated, SK_MCTA)


def negated_point(blob: bytes) -> bytes:
    """C0 with its sign turned: the same secret comes out, so only the key derivation, which hashes C0 too, can notice."""
    return flipped(blob, (len(blob) - 33) * 8 + 7)


def shared_secret(blob: bytes, private_key: EllipticCurvePrivateKey) -> bytes:
    return private_key.exchange(ECDH(), parse_point(blob[-33:], where="C0"))


@pytest.mark.parametrize(
    ("bit", "error"),
    [
        (0, UnknownVersion),
        (1, UnknownVersion),
        (2, UnknownVersion),
        (3, UnknownType),
        (4, UnknownType),
        (5, WrongSize),
        (6, ReservedBitsSet),
        (7, ReservedBitsSet),
    ],
)
def test_flipped_bit_of_the_first_byte_is_named(bit: int, error: type[ProtocolError]) -> None:
    with pytest.raises(error) as caught:
        decrypt_message(flipped(LSPS[0], bit), SK_SA)
    assert type(caught.value) is error
