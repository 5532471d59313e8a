"""Text that only one key, or one passphrase, opens: how secrets of a place leave the portal.

To a key: JWE (RFC 7516) in compact form with ECDH-ES on P-256 and A256GCM (RFC 7518), which any JOSE tool opens.
Under a passphrase: a small JSON object with scrypt (RFC 7914) and AES-256-GCM; docs/DEVICES.md says how to open it elsewhere.
"""

import json
import secrets
import unicodedata
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
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from clea_portal.protocol.keys import CURVE

SEALED_FORMAT = "clea-sealed"
PASSPHRASE_LEAST = 12
# OWASP's advice for scrypt with 64 MiB: a guess costs a fifth of a second, and a web process can afford it.
SCRYPT = {"n": 1 << 16, "r": 8, "p": 2}
MOST_SCRYPT = {"n": 1 << 17, "r": 8, "p": 4}
_KEY_BYTES, _IV_BYTES, _TAG_BYTES, _SALT_BYTES, _COORDINATE_BYTES = 32, 12, 16, 16, 32


class CannotOpen(Exception):
    """Not sealed in this way, for another key or with another passphrase, or altered. Its text says which, and no secret."""


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
    """What stands in a JWE of ``seal_to_key`` or of any other tool that uses the same algorithms. Raises CannotOpen."""
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


def seal_with_passphrase(plain: bytes, *, passphrase: str) -> str:
    """A JSON object. Takes a fifth of a second and 64 MiB: to guess is as expensive."""
    salt, iv = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_IV_BYTES)
    sealed: dict[str, Any] = {"format": SEALED_FORMAT, "version": 1, "kdf": "scrypt", **SCRYPT, "salt": _encoded(salt)}
    sealed |= {"cipher": "A256GCM", "iv": _encoded(iv)}
    ciphertext = AESGCM(_stretched(passphrase, salt, SCRYPT)).encrypt(iv, plain, None)
    return json.dumps(sealed | {"ciphertext": _encoded(ciphertext)}, indent=1)


def open_with_passphrase(text: str, *, passphrase: str) -> bytes:
    """What stands in an object of ``seal_with_passphrase``. Raises CannotOpen."""
    try:
        sealed = json.loads(text)
        costs = {name: int(sealed[name]) for name in SCRYPT}
        names = sealed["format"], sealed["version"], sealed["kdf"], sealed["cipher"]
        salt, iv, ciphertext = (_decoded(sealed[name]) for name in ("salt", "iv", "ciphertext"))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CannotOpen("This is nothing that was sealed with a passphrase here, or it is damaged.") from error
    if names != (SEALED_FORMAT, 1, "scrypt", "A256GCM") or len(iv) != _IV_BYTES:
        raise CannotOpen("This was sealed in another way, maybe by a newer version.")
    # A forged file must not make this machine work for hours or take all of its memory.
    if not all(0 < costs[name] <= MOST_SCRYPT[name] for name in costs) or costs["n"] & (costs["n"] - 1) or costs["n"] < 2:
        raise CannotOpen("This asks for more work or memory than any file of ours.")
    try:
        return AESGCM(_stretched(passphrase, salt, costs)).decrypt(iv, ciphertext, None)
    except InvalidTag as error:
        raise CannotOpen("The passphrase is another one, or the file was altered.") from error


def propose_passphrase() -> str:
    """Five groups of five characters that are not mistaken for one another, some 115 bits."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(5))


def _agreed_key(own: EllipticCurvePrivateKey, other: EllipticCurvePublicKey) -> bytes:
    """RFC 7518, 4.6.2, for A256GCM with direct agreement and without names of the parties."""
    algorithm = b"A256GCM"
    info = len(algorithm).to_bytes(4) + algorithm + bytes(4) + bytes(4) + (_KEY_BYTES * 8).to_bytes(4)
    return ConcatKDFHash(SHA256(), _KEY_BYTES, info).derive(own.exchange(ECDH(), other))


def _stretched(passphrase: str, salt: bytes, costs: dict[str, int]) -> bytes:
    # The same passphrase, whichever keyboard it was typed on.
    normal = unicodedata.normalize("NFC", passphrase.strip())
    return Scrypt(salt=salt, length=_KEY_BYTES, **costs).derive(normal.encode())


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
