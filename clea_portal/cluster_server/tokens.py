"""The short-lived tokens by which the portal authorises itself at an ``api`` cluster server."""

from datetime import datetime, timedelta
from uuid import uuid4

import jwt

from clea_portal.protocol.keys import fingerprint, parse_private_key

MAX_LIFETIME = 300


def make_token(*, private_key_hex: str, issuer: str, audience: str, now: datetime, lifetime: int = 60) -> str:
    """A JWT signed with ES256 (RFC 7518): ``iss`` the portal's name, ``aud`` the server's base address, ``iat``, ``exp``,
    ``jti``; nothing about a case, a place or a person.

    ``lifetime`` in seconds, at most 300. ``kid`` is the key's fingerprint, for a server that knows several.
    Raises BadKey for a key that is none, ValueError for a lifetime out of range.
    """
    if not 1 <= lifetime <= MAX_LIFETIME:
        raise ValueError(f"A token lives between 1 and {MAX_LIFETIME} seconds.")
    key = parse_private_key(private_key_hex)
    claims = {"iss": issuer, "aud": audience, "iat": now, "exp": now + timedelta(seconds=lifetime), "jti": str(uuid4())}
    return jwt.encode(claims, key, algorithm="ES256", headers={"kid": fingerprint(key.public_key())})
