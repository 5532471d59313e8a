"""P-256 keys in whatever form somebody pastes or uploads them: digits, base64, PEM, DER, a certificate, a JWK."""

import base64
import binascii
import json
import re
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)
from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificate

from clea_portal.protocol.errors import BadKey, OtherCurve, PrivateKeyGiven, WrongPassphrase
from clea_portal.protocol.keys import CURVE, CURVE_ORDER, parse_point

MAX_BYTES = 16 * 1024
"""More than any key or certificate has."""

Key = EllipticCurvePublicKey | EllipticCurvePrivateKey

_PEM_LABEL = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")
_BETWEEN = re.compile(r"[\s:,]")
_HEX = re.compile(r"(?:0[xX])?((?:[0-9a-fA-F]{2})+)")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_SCALAR, _COMPRESSED, _UNCOMPRESSED = 32, 33, 65


def read_public_key(data: bytes, *, where: str = "public key") -> EllipticCurvePublicKey:
    """The public key that ``data`` (a paste in UTF-8, or a file) holds; of a certificate, the key that it certifies.

    Raises PrivateKeyGiven for a private key of any kind, BadPoint for what is not on the curve, BadKey for anything else.
    """
    key = _read(data, where)
    if isinstance(key, EllipticCurvePrivateKey):
        raise PrivateKeyGiven(
            "this is a private key, which may now be known to others: have a new pair made, and give its public key", where=where
        )
    return key


def read_private_key(data: bytes, *, passphrase: str = "", where: str = "private key") -> EllipticCurvePrivateKey:
    """The private key that ``data`` (a paste in UTF-8, or a file) holds; ``passphrase`` opens a PEM file that is under one.

    Raises WrongPassphrase, OtherCurve, BadKey for anything else, a public key too.
    """
    key = _sealed(data, passphrase, where) if b"ENCRYPTED" in data else _read(data, where)
    if isinstance(key, EllipticCurvePublicKey):
        raise BadKey("this is a public key; the private key belongs here", where=where)
    return key


def _read(data: bytes, where: str) -> Key:
    if len(data) > MAX_BYTES:
        raise BadKey(f"is longer than {MAX_BYTES} bytes, which no key is", where=where)
    stripped = data.strip()
    if label := _PEM_LABEL.search(stripped):
        return _from_pem(stripped[label.start() :], label[1].decode(), where)
    if stripped.startswith(b"{"):
        return _from_jwk(stripped, where)
    if data.startswith(b"\x30") and not _is_text(data):
        return _from_der(data, where)
    try:
        return _from_text(stripped.decode("ascii"), where)
    except UnicodeDecodeError:
        raise BadKey("is neither a key in text nor a key file (PEM or DER)", where=where) from None


def _sealed(data: bytes, passphrase: str, where: str) -> Key:
    label = _PEM_LABEL.search(data)
    if label is None or len(data) > MAX_BYTES:
        raise BadKey("is neither a key in text nor a key file (PEM or DER)", where=where)
    try:
        key = load_pem_private_key(data[label.start() :], password=passphrase.encode() or None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise WrongPassphrase("is under another passphrase, or damaged", where=where) from error
    return _on_curve(key, where)


def _is_text(data: bytes) -> bool:
    # Digits begin with 0x30 ("0") just as DER does.
    return all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in data)


def _from_pem(data: bytes, label: str, where: str) -> Key:
    try:
        if label == "CERTIFICATE":
            return _on_curve(load_pem_x509_certificate(data).public_key(), where)
        if "PRIVATE KEY" not in label:
            return _on_curve(load_pem_public_key(data), where)
        if "ENCRYPTED" in label or b"ENCRYPTED" in data:
            raise PrivateKeyGiven("this is a private key under a passphrase", where=where)
        return _on_curve(load_pem_private_key(data, password=None), where)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        kind = PrivateKeyGiven if "PRIVATE KEY" in label else BadKey
        raise kind(f"this PEM block ({label.lower()}) is damaged or of another kind", where=where) from error


def _from_der(data: bytes, where: str) -> Key:
    for load in (load_der_public_key, _der_private_key, _der_certificate):
        try:
            return _on_curve(load(data), where)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            continue
    raise BadKey("is neither a public key, a private key nor a certificate in DER", where=where)


def _der_private_key(data: bytes) -> object:
    return load_der_private_key(data, password=None)


def _der_certificate(data: bytes) -> object:
    return load_der_x509_certificate(data).public_key()


def _from_jwk(data: bytes, where: str) -> Key:
    try:
        jwk: Any = json.loads(data)
        if jwk["kty"] != "EC" or jwk["crv"] != "P-256":
            raise OtherCurve("this JWK is of another curve: P-256 is needed", where=where)
        if "d" in jwk:
            return _from_scalar(_from_base64(str(jwk["d"])), where)
        return parse_point(b"\x04" + _from_base64(str(jwk["x"])) + _from_base64(str(jwk["y"])), where=where)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadKey("is not a JWK of an elliptic curve key", where=where) from error


def _from_text(text: str, where: str) -> Key:
    compact = _BETWEEN.sub("", text)
    if digits := _HEX.fullmatch(compact):
        return _from_bytes(bytes.fromhex(digits[1]), where)
    if _BASE64.fullmatch(compact):
        try:
            return _from_bytes(_from_base64(compact), where)
        except binascii.Error:
            pass  # The sentence below says it.
    raise BadKey("must be hexadecimal digits, base64, PEM or a JWK", where=where)


def _from_bytes(data: bytes, where: str) -> Key:
    if len(data) == _SCALAR:
        return _from_scalar(data, where)
    if (len(data) == _COMPRESSED and data[0] in (2, 3)) or (len(data) == _UNCOMPRESSED and data[0] == 4):
        return parse_point(data, where=where)
    if len(data) == _COMPRESSED and data[0] == 0:
        return _from_scalar(data[1:], where)
    if data[:1] == b"\x30":
        return _from_der(data, where)
    raise BadKey(f"has {len(data)} bytes; a public key has 33 (beginning with 02 or 03) or 65 (beginning with 04)", where=where)


def _from_scalar(data: bytes, where: str) -> EllipticCurvePrivateKey:
    value = int.from_bytes(data)
    if not 0 < value < CURVE_ORDER:
        raise BadKey("is outside the range of private keys of P-256 (1 to the curve's order, exclusive)", where=where)
    return derive_private_key(value, CURVE)


def _from_base64(text: str) -> bytes:
    plain = text.rstrip("=").replace("+", "-").replace("/", "_")
    return base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))


def _on_curve(key: object, where: str) -> Key:
    if not isinstance(key, EllipticCurvePublicKey | EllipticCurvePrivateKey):
        raise OtherCurve("is a key of another kind: an elliptic curve key on P-256 is needed", where=where)
    if not isinstance(key.curve, SECP256R1):
        raise OtherCurve(f"is on the curve {key.curve.name}: P-256 (secp256r1) is needed", where=where)
    return key
