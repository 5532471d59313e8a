"""Secrets that leave the portal under a passphrase: recovery sheets, and configurations of devices.

The sealed bytes are: one byte 1 (the version), 16 bytes of salt, 12 bytes of nonce, then AES-256-GCM's ciphertext with its tag of
16 bytes. The key is scrypt(passphrase as UTF-8 in NFC, salt, N=32768, r=8, p=1), 32 bytes; the additional data is the first byte.
"""

import secrets
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MIN_PASSPHRASE, MAX_PASSPHRASE = 12, 200
_VERSION = b"\x01"
_SALT, _NONCE, _TAG = 16, 12, 16
_CONSONANTS, _VOWELS = "bdfghjkmnprstvz", "aeiou"


class BadPassphrase(ValueError):
    """It opens nothing here, or what it should open has been changed."""


class NotSealed(ValueError):
    """These bytes were not sealed here, or something is cut off."""


def seal(content: bytes, *, passphrase: str) -> bytes:
    """45 bytes more than what goes in. Takes a tenth of a second and 32 MiB, so that guessing does too."""
    salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
    return _VERSION + salt + nonce + AESGCM(_key(passphrase, salt)).encrypt(nonce, content, _VERSION)


def unseal(sealed: bytes, *, passphrase: str) -> bytes:
    """What was sealed. Raises NotSealed, BadPassphrase."""
    head = len(_VERSION) + _SALT
    if len(sealed) < head + _NONCE + _TAG or sealed[:1] != _VERSION:
        raise NotSealed
    salt, nonce = sealed[1:head], sealed[head : head + _NONCE]
    try:
        return AESGCM(_key(passphrase, salt)).decrypt(nonce, sealed[head + _NONCE :], _VERSION)
    except InvalidTag:
        raise BadPassphrase from None


def propose_passphrase() -> str:
    """Six groups that can be read out, such as ``tako-rizu-…``: 74 bits."""
    groups = ("".join(secrets.choice(letters) for letters in (_CONSONANTS, _VOWELS, _CONSONANTS, _VOWELS)) for _ in range(6))
    return "-".join(groups)


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(unicodedata.normalize("NFC", passphrase).encode())
