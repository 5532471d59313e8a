"""The location-specific part, and the contact message inside it. CLEA protocol, LSP.

Every dataclass here checks its fields when it is made, so the same rules hold on the way out and on the way in.
"""

import struct
from dataclasses import dataclass, field
from enum import IntEnum
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

from clea_portal.protocol import ecies
from clea_portal.protocol.derivation import KEY_SIZE, derive_ltid
from clea_portal.protocol.errors import (
    BadValue,
    LTIdMismatch,
    ReservedBitsSet,
    TooShort,
    UnknownType,
    UnknownVersion,
    WrongSize,
)
from clea_portal.protocol.values import HOUR, MAX_32_BITS, check_bytes, check_integer, check_round_hour

VERSION = 0
UNLIMITED_PERIOD = 255  # period_duration of a static code, instead of hours
NEVER_RENEWED = 31  # cri_exp of a code that is not renewed within its period
CONTACT_SIZE = 16
ENCRYPTED_CONTACT_SIZE = CONTACT_SIZE + ecies.OVERHEAD

_MESSAGE = struct.Struct(">III32s")
_CONTACT = struct.Struct(">8sB3sI")
_TIMING = struct.Struct(">BI")
_STAFF_BIT = 1 << 31
_CONTACT_BIT = 1 << 30
_RESERVED_BITS = 0xFFF << 18
_MAX_PHONE_DIGITS = 15
_PIN_DIGITS = 6


class LspType(IntEnum):
    """When presence starts: when the code is scanned, or at the time written in the code."""

    SYNCHRONOUS = 0
    ASYNCHRONOUS = 1


_HEADER_SIZES = {LspType.SYNCHRONOUS: 17, LspType.ASYNCHRONOUS: 22}


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """The part in clear.

    Type 1 has ``visit_duration`` (hours, 0 = unknown) and ``t_event`` (NTP seconds), type 0 has neither.
    Raises UnknownType, BadValue.
    """

    lsp_type: LspType
    ltid: UUID
    visit_duration: int | None = None
    t_event: int | None = None

    def __post_init__(self) -> None:
        if self.lsp_type == LspType.SYNCHRONOUS:
            if self.visit_duration is not None or self.t_event is not None:
                where = "visit_duration" if self.t_event is None else "t_event"
                raise BadValue("goes with LSP type 1 only", where=where)
            return
        if self.lsp_type != LspType.ASYNCHRONOUS:
            raise UnknownType("must be 0 or 1", where="lsp_type")
        if self.visit_duration is None or self.t_event is None:
            where = "visit_duration" if self.visit_duration is None else "t_event"
            raise BadValue("is needed for LSP type 1", where=where)
        check_integer(self.visit_duration, where="visit_duration", highest=0xFF)
        check_integer(self.t_event, where="t_event", highest=MAX_32_BITS)

    def encode(self) -> bytes:
        """17 bytes for type 0, 22 for type 1."""
        first = bytes((VERSION << 5 | self.lsp_type << 2,))
        if self.visit_duration is None or self.t_event is None:
            return first + self.ltid.bytes
        return first + _TIMING.pack(self.visit_duration, self.t_event) + self.ltid.bytes

    @classmethod
    def decode(cls, data: bytes) -> "Header":
        """Reads the header at the beginning of ``data``. Raises TooShort, UnknownVersion, UnknownType, ReservedBitsSet."""
        if not data:
            raise TooShort("0 bytes", where="LSP header")
        version, number, reserved = data[0] >> 5, data[0] >> 2 & 7, data[0] & 3
        if version != VERSION:
            raise UnknownVersion(f"{version}; only version {VERSION} is known", where="LSP header, version")
        if number not in _HEADER_SIZES:
            raise UnknownType(f"{number}; only types 0 and 1 are known", where="LSP header, LSPtype")
        if reserved:
            raise ReservedBitsSet("must be zero", where="LSP header, reserved bits")
        lsp_type = LspType(number)
        size = _HEADER_SIZES[lsp_type]
        if len(data) < size:
            raise TooShort(f"{len(data)} bytes, the header alone has {size}", where="LSP header")
        ltid = UUID(bytes=data[size - 16 : size])
        if lsp_type is LspType.SYNCHRONOUS:
            return cls(lsp_type=lsp_type, ltid=ltid)
        visit_duration, t_event = _TIMING.unpack_from(data, 1)
        return cls(lsp_type=lsp_type, ltid=ltid, visit_duration=visit_duration, t_event=t_event)


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """locContactMsg: whom the contact tracing team calls.

    ``phone``: 1 to 15 digits (E.164 without ``+``); ``region``: 0 to 255, in France the department; ``pin``: 6 digits;
    ``t_period_start``: NTP seconds on a round hour. Raises BadValue.
    """

    phone: str = field(repr=False)
    region: int
    pin: str = field(repr=False)
    t_period_start: int

    def __post_init__(self) -> None:
        # str.isdigit alone also takes the digits of other scripts.
        if not (self.phone.isascii() and self.phone.isdigit() and len(self.phone) <= _MAX_PHONE_DIGITS):
            raise BadValue(f"must be 1 to {_MAX_PHONE_DIGITS} digits, in international form without the +", where="phone")
        check_integer(self.region, where="region", highest=0xFF)
        if not (self.pin.isascii() and self.pin.isdigit() and len(self.pin) == _PIN_DIGITS):
            raise BadValue(f"must be {_PIN_DIGITS} digits", where="pin")
        check_round_hour(self.t_period_start, where="t_period_start")


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """msg, the part that the server authority reads.

    ``period_duration``: hours (1 to 254, 255 = unlimited); ``cri_exp``: the code is renewed every 2^cri_exp seconds, 31 = never;
    ``t_period_start`` (on a round hour) and ``t_qr_start``: NTP seconds; ``encrypted_contact``: 65 bytes or None.
    Raises BadValue.
    """

    staff: bool
    cri_exp: int
    venue_type: int
    venue_category1: int
    venue_category2: int
    period_duration: int
    t_period_start: int
    t_qr_start: int
    lt_key: bytes = field(repr=False)
    encrypted_contact: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if type(self.staff) is not bool:
            raise BadValue("must be true or false", where="staff")
        check_integer(self.cri_exp, where="cri_exp", highest=31)
        check_integer(self.venue_type, where="venue_type", highest=31)
        check_integer(self.venue_category1, where="venue_category1", highest=15)
        check_integer(self.venue_category2, where="venue_category2", highest=15)
        check_integer(self.period_duration, where="period_duration", lowest=1, highest=UNLIMITED_PERIOD)
        if self.staff and self.period_duration == UNLIMITED_PERIOD:
            raise BadValue("a staff code cannot have an unlimited period (255)", where="period_duration")
        check_round_hour(self.t_period_start, where="t_period_start")
        check_integer(self.t_qr_start, where="t_qr_start", highest=MAX_32_BITS)
        check_bytes(self.lt_key, where="lt_key", size=KEY_SIZE)
        if self.encrypted_contact is not None:
            check_bytes(self.encrypted_contact, where="encrypted_contact", size=ENCRYPTED_CONTACT_SIZE)


def encode_lsp(*, header: Header, message: Message, pk_sa: EllipticCurvePublicKey, check_ltid: bool = True) -> bytes:
    """The whole LSP in bytes; each call gives other bytes. ``check_ltid=False`` is for callers who have just derived the LTId.

    Raises LTIdMismatch, BadValue (type 1 that renews), BadKey.
    """
    _check_agreement(header, message, check_ltid=check_ltid)
    return ecies.encrypt(_pack_message(message), public_key=pk_sa, header=header.encode(), where="msg")


def decode_header(lsp: bytes) -> Header:
    """The part of an LSP in clear, which anyone can read and nobody can trust without SK_SA.

    Raises UnknownVersion, UnknownType, ReservedBitsSet, TooShort, WrongSize.
    """
    header = Header.decode(lsp)
    smallest = _HEADER_SIZES[header.lsp_type] + _MESSAGE.size + ecies.OVERHEAD
    if len(lsp) < smallest:
        raise TooShort(f"{len(lsp)} bytes, at least {smallest} are needed", where="LSP")
    if len(lsp) not in (smallest, smallest + ENCRYPTED_CONTACT_SIZE):
        sizes = f"{smallest} or, with a contact message, {smallest + ENCRYPTED_CONTACT_SIZE}"
        raise WrongSize(f"{len(lsp)} bytes instead of {sizes}", where="LSP")
    return header


def decrypt_message(lsp: bytes, sk_sa: EllipticCurvePrivateKey, *, check_ltid: bool = True) -> Message:
    """msg of an LSP. ``check_ltid=False`` is for tools that show a forged code instead of refusing it.

    Raises what ``decode_header`` raises, BadPoint, AuthenticationFailed, ReservedBitsSet, BadValue, LTIdMismatch.
    """
    header = decode_header(lsp)
    plain = ecies.decrypt(lsp, private_key=sk_sa, header_size=_HEADER_SIZES[header.lsp_type], where="msg")
    message = _unpack_message(plain)
    _check_agreement(header, message, check_ltid=check_ltid)
    return message


def encrypt_contact(contact: Contact, pk_mcta: EllipticCurvePublicKey) -> bytes:
    """The 65 bytes that only the contact tracing authority can read. Raises BadKey."""
    # Unused nibbles are F; the sixteenth pads the phone number to whole bytes and is 0.
    phone = bytes.fromhex(contact.phone.ljust(_MAX_PHONE_DIGITS, "F") + "0")
    plain = _CONTACT.pack(phone, contact.region, bytes.fromhex(contact.pin), contact.t_period_start)
    return ecies.encrypt(plain, public_key=pk_mcta, where="contact message")


def decrypt_contact(blob: bytes, sk_mcta: EllipticCurvePrivateKey) -> Contact:
    """The contact message of 65 encrypted bytes. Raises TooShort, WrongSize, BadPoint, AuthenticationFailed and the like."""
    if len(blob) > ENCRYPTED_CONTACT_SIZE:
        raise WrongSize(f"{len(blob)} bytes instead of {ENCRYPTED_CONTACT_SIZE}", where="contact message")
    if len(blob) < ENCRYPTED_CONTACT_SIZE:
        raise TooShort(f"{len(blob)} bytes instead of {ENCRYPTED_CONTACT_SIZE}", where="contact message")
    plain = ecies.decrypt(blob, private_key=sk_mcta, where="contact message")
    phone, region, pin, t_period_start = _CONTACT.unpack(plain)
    nibbles = phone.hex()
    if nibbles[_MAX_PHONE_DIGITS] != "0":
        raise ReservedBitsSet("must be zero", where="contact message, pad after phone")
    return Contact(phone=nibbles[:_MAX_PHONE_DIGITS].rstrip("f"), region=region, pin=pin.hex(), t_period_start=t_period_start)


def _check_agreement(header: Header, message: Message, *, check_ltid: bool) -> None:
    if header.lsp_type == LspType.ASYNCHRONOUS and message.cri_exp != NEVER_RENEWED:
        raise BadValue(f"must be {NEVER_RENEWED} (never renewed) for LSP type 1", where="cri_exp")
    if check_ltid and derive_ltid(message.lt_key) != header.ltid:
        raise LTIdMismatch("is not the one that LTKey gives", where="LTId")


def _pack_message(message: Message) -> bytes:
    first = (
        (_STAFF_BIT if message.staff else 0)
        | (_CONTACT_BIT if message.encrypted_contact else 0)
        | message.cri_exp << 13
        | message.venue_type << 8
        | message.venue_category1 << 4
        | message.venue_category2
    )
    second = message.period_duration << 24 | message.t_period_start // HOUR
    return _MESSAGE.pack(first, second, message.t_qr_start, message.lt_key) + (message.encrypted_contact or b"")


def _unpack_message(plain: bytes) -> Message:
    first, second, t_qr_start, lt_key = _MESSAGE.unpack_from(plain)
    encrypted_contact = plain[_MESSAGE.size :] or None
    if first & _RESERVED_BITS:
        raise ReservedBitsSet("must be zero", where="msg, reserved bits")
    if bool(first & _CONTACT_BIT) != (encrypted_contact is not None):
        raise BadValue("does not agree with the size of the message", where="msg, locContactMsgPresent")
    return Message(
        staff=bool(first & _STAFF_BIT),
        cri_exp=first >> 13 & 0x1F,
        venue_type=first >> 8 & 0x1F,
        venue_category1=first >> 4 & 0xF,
        venue_category2=first & 0xF,
        period_duration=second >> 24,
        t_period_start=(second & 0xFFFFFF) * HOUR,
        t_qr_start=t_qr_start,
        lt_key=lt_key,
        encrypted_contact=encrypted_contact,
    )
