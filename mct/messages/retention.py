from datetime import datetime, timedelta

from clea_portal.authorities.models import Country
from mct.messages.models import ContactMessage


def purge(*, now: datetime) -> int:
    """Delete the messages that came longer ago than their country keeps them, whatever became of them; how many rows."""
    rows = 0
    for country in Country.objects.all():
        limit = now - timedelta(days=country.message_retention_days)
        rows += ContactMessage.objects.filter(country=country, received_at__lt=limit).delete()[0]
    return rows
