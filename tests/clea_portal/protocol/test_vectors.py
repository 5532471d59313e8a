from uuid import UUID

import pytest

from clea_portal.protocol.derivation import Profile, derive_lt_key, derive_ltid
from clea_portal.protocol.keys import parse_private_key, parse_public_key
from clea_portal.protocol.lsp import Contact, Header, LspType, Message, decode_header, decrypt_contact, decrypt_message
from tests.clea_portal.protocol import reference, vectors

BLOB = bytes.fromhex(vectors.ENCRYPTED_CONTACT)
KEY = bytes.fromhex(vectors.LT_KEY)


def test_keys_of_the_vectors_belong_together() -> None:
    for private, public in ((vectors.SK_SA, vectors.PK_SA), (vectors.SK_MCTA, vectors.PK_MCTA)):
        assert parse_private_key(private).public_key() == parse_public_key(public)


@pytest.mark.parametrize(
    ("profile", "lt_key", "ltid"),
    [
        (Profile.SPECIFICATION, vectors.LT_KEY, vectors.LTID),
        (Profile.REFERENCE_C, vectors.LT_KEY_REFERENCE_C, vectors.LTID_REFERENCE_C),
    ],
)
def test_derivation_of_the_vectors(profile: Profile, lt_key: str, ltid: str) -> None:
    derived = derive_lt_key(bytes.fromhex(vectors.SK_L), vectors.T_PERIOD_START, profile)
    assert (derived.hex(), derive_ltid(derived)) == (lt_key, UUID(ltid))


@pytest.mark.parametrize(
    ("lsp", "header", "fields", "encrypted_contact"),
    [
        (vectors.STAFF_LSP, {"lsp_type": LspType.SYNCHRONOUS}, vectors.STAFF, BLOB),
        (vectors.STATIC_LSP, {"lsp_type": LspType.SYNCHRONOUS}, vectors.STATIC, None),
        (vectors.EVENT_LSP, {"lsp_type": LspType.ASYNCHRONOUS, **vectors.EVENT_TIMING}, vectors.EVENT, BLOB),
    ],
)
def test_reading_the_vectors(lsp: str, header: dict, fields: dict, encrypted_contact: bytes | None) -> None:
    content = bytes.fromhex(lsp)
    assert decode_header(content) == Header(ltid=UUID(vectors.LTID), **header)
    assert decrypt_message(content, parse_private_key(vectors.SK_SA)) == Message(
        lt_key=KEY, encrypted_contact=encrypted_contact, **fields
    )


def test_reading_the_contact_of_the_vectors() -> None:
    assert decrypt_contact(BLOB, parse_private_key(vectors.SK_MCTA)) == Contact(**vectors.CONTACT)


def test_reference_still_makes_the_vectors() -> None:
    pk_sa = reference.multiply(int(vectors.SK_SA, 16), reference.G)
    pk_mcta = reference.multiply(int(vectors.SK_MCTA, 16), reference.G)
    blob = reference.enc(pk_mcta, b"", reference.contact_message(**vectors.CONTACT), r=vectors.R_MCTA)
    made = [
        reference.enc(
            pk_sa,
            reference.header(lsp_type, bytes.fromhex(vectors.LTID), **timing),
            reference.message(key=KEY, encrypted_contact=contact, **fields),
            r=vectors.R_SA,
        )
        for lsp_type, timing, contact, fields in (
            (0, {}, blob, vectors.STAFF),
            (0, {}, b"", vectors.STATIC),
            (1, vectors.EVENT_TIMING, blob, vectors.EVENT),
        )
    ]
    assert [part.hex() for part in (blob, *made)] == [
        vectors.ENCRYPTED_CONTACT,
        vectors.STAFF_LSP,
        vectors.STATIC_LSP,
        vectors.EVENT_LSP,
    ]
