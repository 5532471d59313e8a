"""Fingerprints and public keys, as people compare them and operators take them."""

import base64
import json

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from clea_portal.protocol.keys import public_key_hex


def grouped(fingerprint: str) -> str:
    """In groups of four, to be read out."""
    return " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))


def forms_of(key: EllipticCurvePublicKey) -> dict[str, str]:
    """``pem``, ``jwk`` and ``hex``, whichever the other side takes."""
    numbers = key.public_numbers()
    x, y = (base64.urlsafe_b64encode(number.to_bytes(32)).rstrip(b"=").decode() for number in (numbers.x, numbers.y))
    return {
        "pem": key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode().strip(),
        "jwk": json.dumps({"kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "sig", "alg": "ES256"}),
        "hex": public_key_hex(key),
    }
