"""Which keys a country uses at a moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from django.db.models import QuerySet

from clea_portal.authorities.models import Country, ServerKey, TracingKey
from clea_portal.protocol.keys import parse_public_key


class NoKey(Exception):
    """The country has no valid key for what is asked: an administrator has to add one."""


@dataclass(frozen=True, kw_only=True)
class IssuingKeys:
    """``pk_mcta``, and the id of its generation, are None where the country runs without contact tracing (deployment 3)."""

    pk_sa: EllipticCurvePublicKey
    pk_mcta: EllipticCurvePublicKey | None
    tracing_key: int | None = None


def issuing_keys(country: Country, *, at: datetime) -> IssuingKeys:
    """The newest key generations that are valid at ``at``. Raises NoKey."""
    # The keys alone: issuing codes is no reason to have a private key in memory.
    server = _newest(ServerKey.objects.all(), country, at)
    if server is None:
        raise NoKey(f"{country.code} has no server key valid at {at:%Y-%m-%d}")
    if not country.has_tracing:
        return IssuingKeys(pk_sa=parse_public_key(server[1]), pk_mcta=None)
    tracing = _newest(TracingKey.objects.all(), country, at)
    if tracing is None:
        raise NoKey(f"{country.code} has no contact tracing key valid at {at:%Y-%m-%d}")
    return IssuingKeys(pk_sa=parse_public_key(server[1]), pk_mcta=parse_public_key(tracing[1]), tracing_key=tracing[0])


def tracing_key(country: Country, *, at: datetime) -> TracingKey:
    """The newest key generation of contact tracing valid at ``at``, its private key not read. Raises NoKey."""
    generations = TracingKey.objects.defer("private_key").filter(authority__country=country, valid_from__lte=at)
    key = generations.first() if country.has_tracing else None
    if key is None:
        raise NoKey(f"{country.code} has no contact tracing key valid at {at:%Y-%m-%d}")
    return key


def _newest(keys: QuerySet[Any], country: Country, at: datetime) -> tuple[int, str] | None:
    return keys.filter(authority__country=country, valid_from__lte=at).values_list("pk", "public_key").first()
