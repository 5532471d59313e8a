from datetime import datetime

from clea_portal.administration.country_models import DRAFT_RETENTION, CountryDraft


def purge(*, now: datetime) -> int:
    """Delete countries that nobody went on entering."""
    return CountryDraft.objects.filter(changed_at__lte=now - DRAFT_RETENTION).delete()[0]
