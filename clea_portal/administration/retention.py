"""When what administrators agreed on is deleted."""

from datetime import datetime

from clea_portal.administration.consenting import end_overdue
from clea_portal.audit.retention import RETENTION
from clea_portal.authorities.consents import KeyConsent


def purge(*, now: datetime) -> int:
    """Requests that nobody answered expire; those that ended go with the lines of the audit trail about them. How many rows."""
    end_overdue(now=now)
    return KeyConsent.objects.filter(ended_at__lte=now - RETENTION).delete()[0]
