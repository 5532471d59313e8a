from datetime import datetime, timedelta

from clea_portal.audit.models import AuditEvent

RETENTION = timedelta(days=365)


def purge(*, now: datetime) -> int:
    """Delete audit events older than RETENTION; how many."""
    return AuditEvent.objects.filter(at__lt=now - RETENTION).delete()[0]
