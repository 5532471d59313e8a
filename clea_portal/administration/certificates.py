"""Client certificates, as operators hand them out: PEM."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_CHARACTERS = 32 * 1024


@dataclass(frozen=True, kw_only=True)
class CertificateFacts:
    """``fingerprint``: SHA-256 of the certificate, in hexadecimal."""

    subject: str
    issuer: str
    expires_at: datetime
    fingerprint: str


def facts_of_certificate(pem: str) -> CertificateFacts:
    """Of the first one, which is the portal's. Raises ValidationError."""
    first = _load(pem)[0]
    return CertificateFacts(
        subject=first.subject.rfc4514_string(),
        issuer=first.issuer.rfc4514_string(),
        expires_at=first.not_valid_after_utc,
        fingerprint=first.fingerprint(SHA256()).hex(),
    )


def check_certificate(pem: str, *, now: datetime) -> None:
    """Raises ValidationError."""
    first = _load(pem)[0]
    if first.not_valid_after_utc <= now:
        raise ValidationError(_("This certificate expired on %(day)s."), params={"day": f"{first.not_valid_after_utc:%Y-%m-%d}"})


def check_pair(pem: str, key: str) -> None:
    """Raises ValidationError unless the private key is that of the certificate."""
    try:
        private = load_pem_private_key(key.strip().encode(), password=None)
    except TypeError:
        raise ValidationError(
            _("This key is under a passphrase. Take it off first: the portal encrypts the key itself.")
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise ValidationError(_("This is not a private key in PEM (BEGIN PRIVATE KEY).")) from None
    forms = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if private.public_key().public_bytes(*forms) != _load(pem)[0].public_key().public_bytes(*forms):
        raise ValidationError(_("This key is not that of the certificate."))


def _load(pem: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem.strip().encode())
    except (ValueError, UnsupportedAlgorithm):
        raise ValidationError(_("This is not a certificate in PEM (BEGIN CERTIFICATE).")) from None
