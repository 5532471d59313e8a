"""Text that only one key opens: a JWE (RFC 7516) in compact form, ECDH-ES on P-256 with A256GCM (RFC 7518).

Any JOSE tool opens it. It is how configurations reach the maker or installer of a device.
"""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash

from clea_portal.protocol.keys import CURVE

_KEY_BYTES, _IV_BYTES, _TAG_BYTES, _COORDINATE_BYTES = 32, 12, 16, 32


class CannotOpen(Exception):
    """No JWE of this kind, for another key, or altered. Its text says which."""


def seal_to_key(plain: bytes, *, public_key: EllipticCurvePublicKey, content_type: str) -> str:
    """A compact JWE. ``content_type``: what is inside, for the member cty, such as "json"."""
    ephemeral = generate_private_key(CURVE)
    point = ephemeral.public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-256", "x": _coordinate(point.x), "y": _coordinate(point.y)}
    header = _encoded(_compact({"alg": "ECDH-ES", "enc": "A256GCM", "cty": content_type, "epk": jwk}))
    iv = secrets.token_bytes(_IV_BYTES)
    sealed = AESGCM(_agreed_key(ephemeral, public_key)).encrypt(iv, plain, header.encode())
    # With this way of agreeing on a key there is no encrypted key: the second part is empty.
    return ".".join([header, "", _encoded(iv), _encoded(sealed[:-_TAG_BYTES]), _encoded(sealed[-_TAG_BYTES:])])


def open_with_key(text: str, *, private_key: EllipticCurvePrivateKey) -> bytes:
    """What stands in a JWE of ``seal_to_key``, or of any other tool that uses the same algorithms. Raises CannotOpen."""
    parts = text.strip().split(".")
    if len(parts) != 5 or parts[1]:
        raise CannotOpen("This is no JWE in compact form with direct key agreement.")
    try:
        header = json.loads(_decoded(parts[0]))
        names = header["alg"], header["enc"], header["epk"]["kty"], header["epk"]["crv"]
        x, y = (int.from_bytes(_decoded(header["epk"][name])) for name in ("x", "y"))
        other = EllipticCurvePublicNumbers(x, y, CURVE).public_key()
        iv, ciphertext, tag = (_decoded(part) for part in parts[2:])
    except (ValueError, KeyError, TypeError) as error:
        raise CannotOpen("This JWE is damaged.") from error
    if names != ("ECDH-ES", "A256GCM", "EC", "P-256") or len(iv) != _IV_BYTES or len(tag) != _TAG_BYTES:
        raise CannotOpen("This JWE uses other algorithms than ECDH-ES on P-256 with A256GCM.")
    try:
        return AESGCM(_agreed_key(private_key, other)).decrypt(iv, ciphertext + tag, parts[0].encode())
    except InvalidTag as error:
        raise CannotOpen("This was sealed to another key, or altered.") from error


def _agreed_key(own: EllipticCurvePrivateKey, other: EllipticCurvePublicKey) -> bytes:
    """RFC 7518, 4.6.2, for A256GCM with direct agreement and without names of the parties."""
    algorithm = b"A256GCM"
    info = len(algorithm).to_bytes(4) + algorithm + bytes(4) + bytes(4) + (_KEY_BYTES * 8).to_bytes(4)
    return ConcatKDFHash(SHA256(), _KEY_BYTES, info).derive(own.exchange(ECDH(), other))


def _coordinate(value: int) -> str:
    return _encoded(value.to_bytes(_COORDINATE_BYTES))


def _compact(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    """Raises ValueError."""
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (BadBase64, UnicodeEncodeError, AttributeError) as error:
        raise ValueError("not Base64url") from error
