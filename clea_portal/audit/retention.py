from datetime import datetime, timedelta

from clea_portal.audit import chain

RETENTION = timedelta(days=365)


def purge(*, now: datetime) -> int:
    """Delete audit events older than RETENTION; how many."""
    return chain.purge(before=now - RETENTION)
