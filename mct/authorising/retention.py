from datetime import datetime

from mct.authorising.models import UploadAuthorisation


def purge(*, now: datetime) -> int:
    """Delete authorisations whose hour is over, used or not; how many. The audit trail keeps who gave and revoked how many."""
    return UploadAuthorisation.objects.filter(expires_at__lte=now).delete()[0]
