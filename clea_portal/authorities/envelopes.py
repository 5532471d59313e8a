"""Files that only a contact tracing authority can open, however large: hybrid encryption to PK_MCTA.

An envelope is: one byte 1 (the version), 81 bytes of Enc(PK_MCTA, no header, K) with a fresh key K of 32 bytes (CLEA protocol,
Enc and Dec), 12 bytes of nonce, then AES-256-GCM's ciphertext under K with its tag of 16 bytes. The additional data is the
version byte and ``belongs_to``, so an envelope opens only where it was put.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clea_portal.authorities.models import TracingKey
from clea_portal.protocol import ecies
from clea_portal.protocol.errors import ProtocolError
from clea_portal.protocol.keys import parse_private_key, parse_public_key

_VERSION = b"\x01"
_KEY, _NONCE, _TAG = 32, 12, 16
_WRAPPED = _KEY + ecies.OVERHEAD
OVERHEAD = len(_VERSION) + _WRAPPED + _NONCE + _TAG
_WHERE = "envelope"


class Unopenable(ValueError):
    """Made for another key or another place, or altered."""


def seal(content: bytes, *, key: TracingKey, belongs_to: bytes) -> bytes:
    """OVERHEAD bytes more than what goes in; from then on only this generation's private key opens it."""
    fresh, nonce = secrets.token_bytes(_KEY), secrets.token_bytes(_NONCE)
    wrapped = ecies.encrypt(fresh, public_key=parse_public_key(key.public_key), where=_WHERE)
    return b"".join([_VERSION, wrapped, nonce, AESGCM(fresh).encrypt(nonce, content, _VERSION + belongs_to)])


def unseal(envelope: bytes, *, key: TracingKey, belongs_to: bytes) -> bytes:
    """What was sealed. Raises Unopenable."""
    if len(envelope) < OVERHEAD or envelope[:1] != _VERSION:
        raise Unopenable("This is no envelope.")
    if key.private_key is None:
        raise Unopenable("The private key of this generation was destroyed.")
    body = memoryview(envelope)[len(_VERSION) :]
    nonce, sealed = bytes(body[_WRAPPED : _WRAPPED + _NONCE]), body[_WRAPPED + _NONCE :]
    try:
        fresh = ecies.decrypt(bytes(body[:_WRAPPED]), private_key=parse_private_key(key.private_key), where=_WHERE)
        return AESGCM(fresh).decrypt(nonce, sealed, _VERSION + belongs_to)
    except (ProtocolError, InvalidTag) as error:
        raise Unopenable("Made for another key or another place, or altered.") from error
