"""When data of the API is deleted."""

from datetime import datetime, timedelta

from django.db.models import Q

from clea_portal.api import idempotency
from clea_portal.api.models import Token

# Long enough to look back at what a token that leaked was used for.
TOKEN_RETENTION = timedelta(days=90)


def purge(*, now: datetime) -> int:
    """Delete answers kept for repetition, and tokens that ended longer ago than TOKEN_RETENTION. How many rows."""
    oldest = now - TOKEN_RETENTION
    ended = Token.objects.filter(Q(revoked_at__lte=oldest) | Q(expires_at__lte=oldest))
    return idempotency.purge(now=now) + ended.delete()[0]
