"""A private key in a file under a passphrase: PKCS #8 in PEM, PBES2 with scrypt and AES-256-CBC (RFC 5958, RFC 7914).

``openssl pkey`` reads it. `cryptography` writes such files with PBKDF2 in few rounds only, so the frame is written here.
"""

import base64
import secrets

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from clea_portal.protocol.errors import BadValue

LEAST_PASSPHRASE = 16
MOST_PASSPHRASE = 200

# 16 MB, eight times over: more memory at once is refused by OpenSSL, and with it by most that reads such files.
_N, _R, _P = 1 << 14, 8, 8
_PBES2, _SCRYPT, _AES256_CBC = "2a864886f70d01050d", "2b06010401da47040b", "60864801650304012a"
_INTEGER, _OCTETS, _OBJECT, _SEQUENCE = 0x02, 0x04, 0x06, 0x30


def seal_private_key(key: EllipticCurvePrivateKey, *, passphrase: str) -> str:
    """PEM. Raises BadValue for a passphrase shorter than LEAST_PASSPHRASE characters, or longer than MOST_PASSPHRASE."""
    if not LEAST_PASSPHRASE <= len(passphrase) <= MOST_PASSPHRASE:
        raise BadValue(f"must have {LEAST_PASSPHRASE} to {MOST_PASSPHRASE} characters", where="passphrase")
    salt, iv = secrets.token_bytes(16), secrets.token_bytes(16)
    derived = Scrypt(salt=salt, length=32, n=_N, r=_R, p=_P).derive(passphrase.encode())
    padder, encryptor = PKCS7(128).padder(), Cipher(AES256(derived), CBC(iv)).encryptor()
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    sealed = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    kdf = _of(_SEQUENCE, _of(_OCTETS, salt), *(_number(value) for value in (_N, _R, _P)))
    scheme = _of(
        _SEQUENCE,
        _of(_SEQUENCE, _of(_OBJECT, bytes.fromhex(_SCRYPT)), kdf),
        _of(_SEQUENCE, _of(_OBJECT, bytes.fromhex(_AES256_CBC)), _of(_OCTETS, iv)),
    )
    algorithm = _of(_SEQUENCE, _of(_OBJECT, bytes.fromhex(_PBES2)), scheme)
    return _pem(_of(_SEQUENCE, algorithm, _of(_OCTETS, sealed)))


def _of(tag: int, *parts: bytes) -> bytes:
    """DER of one value."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _number(value: int) -> bytes:
    return _of(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _pem(der: bytes) -> str:
    text = base64.b64encode(der).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN ENCRYPTED PRIVATE KEY-----", *lines, "-----END ENCRYPTED PRIVATE KEY-----", ""])
