"""From a place's secret to its key and its public identifier of one period. CLEA protocol, Derivation."""

import secrets
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from clea_portal.protocol.values import check_bytes, check_round_hour

SECRET_SIZE = 51  # bytes of SK_L
KEY_SIZE = 32  # bytes of LTKey
_REFERENCE_C_BUFFER = 64
# HMAC (RFC 2104) written out: the library's one-shot function looks SHA-256 up by name at every call, which alone costs
# one hundredth of the time of a whole link.
_INNER_KEY = bytes(byte ^ 0x36 for byte in range(256))
_OUTER_KEY = bytes(byte ^ 0x5C for byte in range(256))
_INNER_REST = bytes([0x36]) * (64 - KEY_SIZE) + b"1"
_OUTER_REST = bytes([0x5C]) * (64 - KEY_SIZE)


class Profile(StrEnum):
    """What is hashed into LTKey. Two sources of one place's codes must use the same one, or they show different LTIds."""

    SPECIFICATION = "specification"
    REFERENCE_C = "reference_c"  # devices with the reference encoder in C: the same, then zero bytes up to 64


def new_location_secret() -> bytes:
    """A new SK_L: 51 bytes from the system's random source."""
    return secrets.token_bytes(SECRET_SIZE)


def derive_lt_key(sk_l: bytes, t_period_start: int, profile: Profile = Profile.SPECIFICATION) -> bytes:
    """LTKey, 32 bytes, of the period that starts at ``t_period_start`` (NTP seconds on a round hour). Raises BadValue."""
    check_bytes(sk_l, where="sk_l", size=SECRET_SIZE)
    check_round_hour(t_period_start, where="t_period_start")
    hashed = sk_l + t_period_start.to_bytes(4)
    if profile is Profile.REFERENCE_C:
        hashed = hashed.ljust(_REFERENCE_C_BUFFER, b"\0")
    return sha256(hashed).digest()


def derive_ltid(lt_key: bytes) -> UUID:
    """LTId, the public identifier that goes with an LTKey. Raises BadValue."""
    check_bytes(lt_key, where="lt_key", size=KEY_SIZE)
    inner = sha256(lt_key.translate(_INNER_KEY) + _INNER_REST).digest()
    return UUID(bytes=sha256(lt_key.translate(_OUTER_KEY) + _OUTER_REST + inner).digest()[:16])
