"""Which keys a country uses at a moment."""

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from django.db import connection

from clea_portal.authorities.models import Country, TracingKey
from clea_portal.protocol.keys import parse_public_key

# Every code that is issued asks for both: one statement, and put together once. The public keys alone: issuing codes is no
# reason to have a private key in memory. In the order of KeyGeneration.
_NEWEST = " UNION ALL ".join(
    f"""SELECT * FROM (
        SELECT '{kind}' AS kind, generation.id, generation.public_key
        FROM authorities_{kind}key generation JOIN authorities_{kind}authority authority ON authority.id = generation.authority_id
        WHERE authority.country_id = %s AND generation.valid_from <= %s
        ORDER BY generation.valid_from DESC, generation.id DESC LIMIT 1
    ) newest_{kind}"""  # noqa: S608 - the names are these two
    for kind in ("server", "tracing")
)


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
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [country.pk, moment] * 2)
        newest = {kind: (number, public_key) for kind, number, public_key in cursor}
    server, tracing = newest.get("server"), newest.get("tracing")
    if server is None:
        raise NoKey(f"{country.code} has no server key valid at {at:%Y-%m-%d}")
    if not country.has_tracing:
        return IssuingKeys(pk_sa=parse_public_key(server[1]), pk_mcta=None)
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
