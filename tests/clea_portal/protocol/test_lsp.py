from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from clea_portal.protocol import ecies
from clea_portal.protocol.derivation import derive_ltid
from clea_portal.protocol.errors import (
    AuthenticationFailed,
    BadKey,
    BadPoint,
    BadValue,
    LTIdMismatch,
    ProtocolError,
    ReservedBitsSet,
    TooShort,
    UnknownType,
    UnknownVersion,
    WrongSize,
)
from clea_portal.protocol.lsp import Header, LspType, Message, decode_header, decrypt_message, encode_lsp
from tests.clea_portal.protocol import reference, vectors
from tests.clea_portal.protocol.strategies import PK_SA, SK_MCTA, SK_SA

LT_KEY = bytes(range(32))
LTID = derive_ltid(LT_KEY)
FIELDS: dict[str, Any] = {**vectors.STATIC, "lt_key": LT_KEY}
SYNCHRONOUS = Header(lsp_type=LspType.SYNCHRONOUS, ltid=LTID)
ASYNCHRONOUS = Header(lsp_type=LspType.ASYNCHRONOUS, ltid=LTID, visit_duration=2, t_event=3_832_455_600)
HUGE = pytest.param(10**5000, id="huge")


def sealed(plain: bytes, *, header: bytes = SYNCHRONOUS.encode()) -> bytes:
    """An authentic LSP around any message, as a faulty or hostile maker with the public key could write it."""
    return ecies.encrypt(plain, public_key=PK_SA, header=header, where="msg")


@pytest.mark.parametrize(
    ("header", "encoded"),
    [
        (SYNCHRONOUS, "00" + LTID.hex),
        (ASYNCHRONOUS, "0402e46ea1b0" + LTID.hex),
        (Header(lsp_type=LspType.ASYNCHRONOUS, ltid=LTID, visit_duration=0, t_event=0), "040000000000" + LTID.hex),
    ],
)
def test_header_in_bytes(header: Header, encoded: str) -> None:
    assert header.encode().hex() == encoded
    assert Header.decode(bytes.fromhex(encoded)) == header


@pytest.mark.parametrize("number", range(8))
def test_header_of_another_version_is_refused(number: int) -> None:
    lsp = bytes([number << 5]) + bytes(109)
    if number == 0:
        assert decode_header(lsp).ltid == UUID(int=0)
        return
    with pytest.raises(UnknownVersion) as caught:
        decode_header(lsp)
    assert str(caught.value) == f"LSP header, version: {number}; only version 0 is known"


@pytest.mark.parametrize("number", range(2, 8))
def test_header_of_another_type_is_refused(number: int) -> None:
    with pytest.raises(UnknownType) as caught:
        decode_header(bytes([number << 2]) + bytes(179))
    assert str(caught.value) == f"LSP header, LSPtype: {number}; only types 0 and 1 are known"


@pytest.mark.parametrize("bits", [1, 2, 3])
@pytest.mark.parametrize(("first", "size"), [(0, 110), (4, 115)])
def test_header_with_reserved_bits_is_refused(first: int, size: int, bits: int) -> None:
    with pytest.raises(ReservedBitsSet) as caught:
        decode_header(bytes([first | bits]) + bytes(size - 1))
    assert caught.value.where == "LSP header, reserved bits"


@pytest.mark.parametrize(("first", "smallest", "largest"), [(0, 110, 175), (4, 115, 180)])
def test_size_of_an_lsp(first: int, smallest: int, largest: int) -> None:
    outcomes: dict[str, set[int]] = {}
    for size in range(largest + 50):
        try:
            decode_header((bytes([first]) + bytes(size))[:size])
        except ProtocolError as error:
            outcomes.setdefault(error.code, set()).add(size)
        else:
            outcomes.setdefault("fine", set()).add(size)
    assert outcomes == {
        "too_short": set(range(smallest)),
        "fine": {smallest, largest},
        "wrong_size": set(range(smallest, largest + 50)) - {smallest, largest},
    }


def test_too_short_says_how_short() -> None:
    with pytest.raises(TooShort) as caught:
        decode_header(bytes(109))
    assert str(caught.value) == "LSP: 109 bytes, at least 110 are needed"
    with pytest.raises(WrongSize) as other:
        decode_header(bytes(111))
    assert str(other.value) == "LSP: 111 bytes instead of 110 or, with a contact message, 175"


@pytest.mark.parametrize("number", [2, 7, -1, None, "0"])
def test_header_refuses_another_type_on_the_way_out(number: Any) -> None:
    with pytest.raises(UnknownType):
        Header(lsp_type=number, ltid=LTID)


@pytest.mark.parametrize(("field", "other"), [("visit_duration", "t_event"), ("t_event", "visit_duration")])
def test_header_has_timing_in_type_1_only(field: str, other: str) -> None:
    with pytest.raises(BadValue) as caught:
        Header(lsp_type=LspType.SYNCHRONOUS, ltid=LTID, **{field: 0})
    assert str(caught.value) == f"{field}: goes with LSP type 1 only"
    with pytest.raises(BadValue) as caught:
        Header(lsp_type=LspType.ASYNCHRONOUS, ltid=LTID, **{other: 0})
    assert str(caught.value) == f"{field}: is needed for LSP type 1"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("visit_duration", 256),
        ("visit_duration", -1),
        ("visit_duration", True),
        ("t_event", 2**32),
        ("t_event", -1),
        ("t_event", 1.5),
    ],
)
def test_header_refuses_timing_out_of_range(field: str, value: int) -> None:
    with pytest.raises(BadValue) as caught:
        Header(lsp_type=LspType.ASYNCHRONOUS, ltid=LTID, **({"visit_duration": 0, "t_event": 0} | {field: value}))
    assert caught.value.where == field


@pytest.mark.parametrize(
    ("field", "lowest", "highest"),
    [
        ("cri_exp", 0, 31),
        ("venue_type", 0, 31),
        ("venue_category1", 0, 15),
        ("venue_category2", 0, 15),
        ("period_duration", 1, 255),
        ("t_period_start", 0, 4_294_965_600),
        ("t_qr_start", 0, 2**32 - 1),
    ],
)
def test_message_keeps_to_the_range_of_a_field(field: str, lowest: int, highest: int) -> None:
    for value in (lowest, highest):
        assert getattr(Message(**FIELDS | {field: value}), field) == value
    step = 3600 if field == "t_period_start" else 1
    for bad in (lowest - step, highest + step, True, float(highest), str(highest), None):
        with pytest.raises(BadValue) as caught:
            Message(**FIELDS | {field: bad})
        assert caught.value.where == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("staff", 1),
        ("staff", None),
        ("cri_exp", HUGE),
        ("t_period_start", 3599),
        ("t_period_start", HUGE),
        ("lt_key", bytes(31)),
        ("lt_key", "0" * 32),
        ("encrypted_contact", b""),
        ("encrypted_contact", bytes(64)),
        ("encrypted_contact", bytes(66)),
    ],
)
def test_message_refuses_other_nonsense(field: str, value: Any) -> None:
    with pytest.raises(BadValue) as caught:
        Message(**FIELDS | {field: value})
    assert caught.value.where == field
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(("period_duration", "allowed"), [(1, True), (254, True), (255, False)])
def test_staff_code_needs_a_limited_period(period_duration: int, allowed: bool) -> None:
    fields = FIELDS | {"staff": True, "period_duration": period_duration}
    if allowed:
        assert Message(**fields).staff is True
        return
    with pytest.raises(BadValue, match=r"period_duration: a staff code cannot have an unlimited period \(255\)"):
        Message(**fields)


@pytest.mark.parametrize("cri_exp", [0, 10, 30])
def test_asynchronous_code_never_renews(cri_exp: int) -> None:
    message = Message(**FIELDS | {"cri_exp": cri_exp})
    with pytest.raises(BadValue) as caught:
        encode_lsp(header=ASYNCHRONOUS, message=message, pk_sa=PK_SA)
    assert str(caught.value) == "cri_exp: must be 31 (never renewed) for LSP type 1"


def test_asynchronous_code_that_renews_is_refused_on_the_way_in() -> None:
    plain = reference.message(key=LT_KEY, **vectors.STATIC | {"cri_exp": 10})
    with pytest.raises(BadValue) as caught:
        decrypt_message(sealed(plain, header=ASYNCHRONOUS.encode()), SK_SA)
    assert caught.value.where == "cri_exp"


def test_identifier_of_another_key_is_refused_both_ways() -> None:
    header = Header(lsp_type=LspType.SYNCHRONOUS, ltid=UUID(int=LTID.int ^ 1))
    message = Message(**FIELDS)
    with pytest.raises(LTIdMismatch):
        encode_lsp(header=header, message=message, pk_sa=PK_SA)
    forged = encode_lsp(header=header, message=message, pk_sa=PK_SA, check_ltid=False)
    with pytest.raises(LTIdMismatch) as caught:
        decrypt_message(forged, SK_SA)
    assert str(caught.value) == "LTId: is not the one that LTKey gives"
    assert decrypt_message(forged, SK_SA, check_ltid=False) == message


@pytest.mark.parametrize("bit", range(2, 14))
def test_reserved_bit_of_the_message_is_refused(bit: int) -> None:
    plain = bytearray(reference.message(key=LT_KEY, **vectors.STATIC))
    plain[bit // 8] |= 0x80 >> bit % 8
    with pytest.raises(ReservedBitsSet) as caught:
        decrypt_message(sealed(bytes(plain)), SK_SA)
    assert caught.value.where == "msg, reserved bits"


@pytest.mark.parametrize(("present", "contact"), [(True, b""), (False, bytes(65))])
def test_contact_bit_must_agree_with_the_size(present: bool, contact: bytes) -> None:
    plain = reference.message(key=LT_KEY, encrypted_contact=contact or bytes([1]) * 65, **vectors.STATIC)
    plain = bytes([0x40 if present else 0]) + plain[1:44] + contact
    with pytest.raises(BadValue) as caught:
        decrypt_message(sealed(plain), SK_SA)
    assert str(caught.value) == "msg, locContactMsgPresent: does not agree with the size of the message"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"period_duration": 0}, "period_duration"),
        ({"staff": True}, "period_duration"),
        ({"t_period_start": 4_294_969_200}, "t_period_start"),
    ],
)
def test_values_are_checked_on_the_way_in(change: dict[str, Any], where: str) -> None:
    plain = reference.message(key=LT_KEY, **vectors.STATIC | change)
    with pytest.raises(BadValue) as caught:
        decrypt_message(sealed(plain), SK_SA)
    assert caught.value.where == where


def test_another_key_fails_authentication() -> None:
    with pytest.raises(AuthenticationFailed) as caught:
        decrypt_message(bytes.fromhex(vectors.STATIC_LSP), SK_MCTA)
    assert str(caught.value) == "msg: authentication failed: made for another key, or altered"


@pytest.mark.parametrize("c0", ["00" * 33, "04" + "11" * 32, "02" + "ff" * 32, "05" + "6b" * 32])
def test_ephemeral_key_off_the_curve_is_refused(c0: str) -> None:
    lsp = bytes.fromhex(vectors.STATIC_LSP)[:-33] + bytes.fromhex(c0)
    with pytest.raises(BadPoint) as caught:
        decrypt_message(lsp, SK_SA)
    assert caught.value.where == "msg, C0"


def test_key_of_another_curve_is_refused() -> None:
    other = ec.generate_private_key(ec.SECP384R1())
    with pytest.raises(BadKey, match="msg, key: is not on the curve P-256"):
        encode_lsp(header=SYNCHRONOUS, message=Message(**FIELDS), pk_sa=other.public_key())
    with pytest.raises(BadKey, match="msg, key: is not on the curve P-256"):
        decrypt_message(bytes.fromhex(vectors.STATIC_LSP), other)


def test_two_encodings_share_only_the_header() -> None:
    first, second = (encode_lsp(header=SYNCHRONOUS, message=Message(**FIELDS), pk_sa=PK_SA) for _ in range(2))
    assert first[:17] == second[:17] == SYNCHRONOUS.encode()
    assert first[17:61] != second[17:61]
    assert first[-33:] != second[-33:]


def test_secrets_do_not_show_when_printed() -> None:
    message = Message(**FIELDS | {"encrypted_contact": bytes([7]) * 65})
    assert "lt_key" not in repr(message)
    assert "encrypted_contact" not in repr(message)
