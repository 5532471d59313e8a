"""P-256 keys, in every form in which they are handed around. CLEA protocol, Enc and Dec."""

import re
from functools import lru_cache
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_on_curve
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from clea_portal.protocol.errors import BadKey, BadPoint

CURVE = SECP256R1()
CURVE_ORDER = 0xFFFFFFFF_00000000_FFFFFFFF_FFFFFFFF_BCE6FAAD_A7179E84_F3B9CAC2_FC632551
PUBLISHED_TEST_KEYS = frozenset(
    {
        "708ce84c956c5f11693fb559b95b655f9f5c42043bbb4616fdc66b01b71358ed",  # reference tests, PK_SA
        "b7c232ec06ff4bf7a9f3f92a8a2927872dcddc535e87c0e25b3743d88b4605e6",  # reference tests, PK_MCTA
        "ead11b96fcc5e5ac90ca6be73a021fe1fc22d500a5598c873ee343447ffb793b",  # cluster server's development set-up, PK_SA
    }
)
"""Fingerprints of public keys whose private half everybody knows: never to be used outside a sandbox."""

_HEX = re.compile(r"(?:0[xX])?([0-9a-fA-F]+)")
_COMPRESSED = re.compile(r"0[23][0-9a-f]{64}")
_UNCOMPRESSED = re.compile(r"04[0-9a-f]{128}")


def generate_private_key() -> EllipticCurvePrivateKey:
    """A new key from the system's random source."""
    return generate_on_curve(CURVE)


@lru_cache(maxsize=64)
def parse_public_key(text: str, *, where: str = "public key") -> EllipticCurvePublicKey:
    """A public key from hexadecimal digits: 33 bytes (compressed) or 65 bytes (uncompressed), ``0x`` tolerated.

    ``where`` names the key in errors. Raises BadKey for anything else, BadPoint when it is not on the curve.
    """
    digits = _digits(text, where)
    if not _COMPRESSED.fullmatch(digits) and not _UNCOMPRESSED.fullmatch(digits):
        if len(digits) <= 64:
            raise BadKey("this has the size of a private key; the public key belongs here (66 or 130 digits)", where=where)
        raise BadKey("must be 66 hexadecimal digits that begin with 02 or 03, or 130 that begin with 04", where=where)
    return parse_point(bytes.fromhex(digits), where=where)


def parse_point(encoded: bytes, *, where: str) -> EllipticCurvePublicKey:
    """A public key from the bytes of its point, compressed or not. Raises BadPoint."""
    try:
        return EllipticCurvePublicKey.from_encoded_point(CURVE, encoded)
    except ValueError as error:
        raise BadPoint("is not a point of the curve P-256", where=where) from error


def parse_private_key(text: str, *, where: str = "private key") -> EllipticCurvePrivateKey:
    """A private key from a hexadecimal integer, which may have fewer than 64 digits or leading zeros; ``0x`` tolerated.

    ``where`` names the key in errors. Raises BadKey for anything else, also for 0 and for the curve's order and beyond.
    """
    digits = _digits(text, where)
    if _COMPRESSED.fullmatch(digits) or _UNCOMPRESSED.fullmatch(digits):
        raise BadKey("this is a public key; the private key belongs here (up to 64 digits)", where=where)
    significant = digits.lstrip("0")
    if len(significant) > 64:
        raise BadKey("has more than 64 hexadecimal digits", where=where)
    value = int(significant or "0", 16)
    if not 0 < value < CURVE_ORDER:
        raise BadKey("is outside the range of private keys of P-256 (1 to the curve's order, exclusive)", where=where)
    return derive_private_key(value, CURVE)


def public_key_hex(key: EllipticCurvePublicKey, *, compressed: bool = False) -> str:
    """66 hexadecimal digits (compressed) or 130."""
    point_format = PublicFormat.CompressedPoint if compressed else PublicFormat.UncompressedPoint
    return key.public_bytes(Encoding.X962, point_format).hex()


def private_key_hex(key: EllipticCurvePrivateKey) -> str:
    """Always 64 hexadecimal digits."""
    return f"{key.private_numbers().private_value:064x}"


def fingerprint(key: EllipticCurvePublicKey) -> str:
    """SHA-256 of the uncompressed point, in hexadecimal: the same however the key was written."""
    return sha256(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).hexdigest()


def _digits(text: str, where: str) -> str:
    match = _HEX.fullmatch(text.strip())
    if match is None:
        raise BadKey("must be hexadecimal digits", where=where)
    return match[1].lower()
