from datetime import datetime

from clea_portal.jobs.models import Job


def purge(*, now: datetime) -> int:
    """Delete jobs past their day, with their results; how many rows."""
    return Job.objects.filter(expires_at__lte=now).delete()[0]
