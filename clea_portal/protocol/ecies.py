"""Enc and Dec: ECIES-KEM on P-256 with KDF1 and AES-256-GCM. CLEA protocol, Enc and Dec."""

from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from clea_portal.protocol.errors import AuthenticationFailed, BadKey, TooShort
from clea_portal.protocol.keys import CURVE, parse_point

TAG_SIZE = 16
POINT_SIZE = 33
OVERHEAD = TAG_SIZE + POINT_SIZE  # bytes that encryption adds
# Fixed by the protocol, and safe only because every encryption has a key of its own.
_IV = bytes.fromhex("f0f1f2f3f4f5f6f7f8f9fafb")
_KDF1_COUNTER = bytes(4)
_ECDH = ECDH()


def encrypt(plain: bytes, *, public_key: EllipticCurvePublicKey, header: bytes = b"", where: str) -> bytes:
    """``header || ciphertext || tag || C0``; the header stays readable and is authenticated. Raises BadKey for another curve."""
    ephemeral = generate_private_key(CURVE)
    c0 = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    try:
        shared = ephemeral.exchange(_ECDH, public_key)
    except ValueError as error:
        raise _other_curve(where) from error
    key = sha256(c0 + shared + _KDF1_COUNTER).digest()
    return header + AESGCM(key).encrypt(_IV, plain, header) + c0


def decrypt(blob: bytes, *, private_key: EllipticCurvePrivateKey, header_size: int = 0, where: str) -> bytes:
    """What was encrypted, without the header. Raises TooShort, BadPoint, BadKey for another curve, AuthenticationFailed."""
    if len(blob) < header_size + OVERHEAD:
        raise TooShort(f"{len(blob)} bytes, at least {header_size + OVERHEAD} are needed", where=where)
    c0 = blob[-POINT_SIZE:]
    point = parse_point(c0, where=f"{where}, C0")
    try:
        shared = private_key.exchange(_ECDH, point)
    except ValueError as error:
        raise _other_curve(where) from error
    key = sha256(c0 + shared + _KDF1_COUNTER).digest()
    try:
        return AESGCM(key).decrypt(_IV, blob[header_size:-POINT_SIZE], blob[:header_size])
    except InvalidTag as error:
        raise AuthenticationFailed("authentication failed: made for another key, or altered", where=where) from error


def _other_curve(where: str) -> BadKey:
    return BadKey("is not on the curve P-256", where=f"{where}, key")
