from typing import Any

import pytest

from clea_portal.protocol import ecies
from clea_portal.protocol.errors import AuthenticationFailed, BadValue, ReservedBitsSet, TooShort, WrongSize
from clea_portal.protocol.lsp import Contact, decrypt_contact, encrypt_contact
from tests.clea_portal.protocol import reference, vectors
from tests.clea_portal.protocol.strategies import PK_MCTA, SK_MCTA, SK_SA

BLOB = bytes.fromhex(vectors.ENCRYPTED_CONTACT)


def sealed(*, phone: str = "33612345678ffff", pad: str = "0", pin: str = "012345", start: int = 3600) -> bytes:
    """An authentic contact message with any nibbles."""
    plain = bytes.fromhex(f"{phone}{pad}{75:02x}{pin}{start:08x}")
    return ecies.encrypt(plain, public_key=PK_MCTA, where="contact message")


@pytest.mark.parametrize("phone", ["1", "33612345678", "123456789012345", "000000000000000"])
def test_contact_in_bytes(phone: str) -> None:
    contact = Contact(phone=phone, region=255, pin="000009", t_period_start=4_294_965_600)
    blob = encrypt_contact(contact, PK_MCTA)
    expected = reference.contact_message(phone=phone, region=255, pin="000009", t_period_start=4_294_965_600)
    assert (len(blob), len(expected)) == (65, 16)
    assert reference.dec(int(vectors.SK_MCTA, 16), blob, header_size=0) == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", ""),
        ("phone", "1234567890123456"),
        ("phone", "+33612345678"),
        ("phone", "06 12 34 56 78"),
        ("phone", "٣٣٦١٢٣٤٥٦٧٨"),
        ("phone", "33612345678\n"),
        ("phone", "3361234567f"),
        ("pin", ""),
        ("pin", "12345"),
        ("pin", "1234567"),
        ("pin", "12345a"),
        ("pin", "١٢٣٤٥٦"),
        ("pin", "12345\n"),
        ("region", -1),
        ("region", 256),
        ("region", True),
        ("t_period_start", 1800),
        ("t_period_start", -3600),
        ("t_period_start", 4_294_969_200),
    ],
)
def test_contact_refuses_bad_values(field: str, value: Any) -> None:
    with pytest.raises(BadValue) as caught:
        Contact(**vectors.CONTACT | {field: value})
    assert caught.value.where == field


@pytest.mark.parametrize("field", ["phone", "pin"])
def test_phone_and_pin_never_stand_in_an_error_or_when_printed(field: str) -> None:
    with pytest.raises(BadValue) as caught:
        Contact(**vectors.CONTACT | {field: "98765432109876543210"})
    assert "98765" not in str(caught.value)
    assert vectors.CONTACT[field] not in repr(Contact(**vectors.CONTACT))


@pytest.mark.parametrize(
    ("nibbles", "where"),
    [
        ({"phone": "f" * 15}, "phone"),
        ({"phone": "3361234567a" + "f" * 4}, "phone"),
        ({"phone": "33612f45678" + "f" * 4}, "phone"),
        ({"phone": "f33612345678" + "f" * 3}, "phone"),
        ({"pin": "01234a"}, "pin"),
        ({"pin": "12345f"}, "pin"),
        ({"start": 3601}, "t_period_start"),
    ],
)
def test_contact_is_checked_on_the_way_in(nibbles: dict[str, Any], where: str) -> None:
    with pytest.raises(BadValue) as caught:
        decrypt_contact(sealed(**nibbles), SK_MCTA)
    assert caught.value.where == where


@pytest.mark.parametrize("pad", ["1", "8", "f"])
def test_pad_nibble_must_be_zero(pad: str) -> None:
    with pytest.raises(ReservedBitsSet) as caught:
        decrypt_contact(sealed(pad=pad), SK_MCTA)
    assert caught.value.where == "contact message, pad after phone"


def test_contact_of_another_size_is_refused() -> None:
    for size in (0, 1, 48, 49, 64):
        with pytest.raises(TooShort):
            decrypt_contact(BLOB[:size], SK_MCTA)
    with pytest.raises(WrongSize) as caught:
        decrypt_contact(BLOB + b"\0", SK_MCTA)
    assert str(caught.value) == "contact message: 66 bytes instead of 65"


def test_contact_needs_its_own_key() -> None:
    with pytest.raises(AuthenticationFailed) as caught:
        decrypt_contact(BLOB, SK_SA)
    assert str(caught.value) == "contact message: authentication failed: made for another key, or altered"
