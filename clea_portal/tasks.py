import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from clea_portal.monitoring import signs
from clea_portal.monitoring.processes import PURGE

logger = structlog.get_logger(__name__)


@shared_task(name="clea_portal.purge")
def purge() -> None:
    """Delete what is past its retention, app by app (settings.PURGES)."""
    now = timezone.now()
    for path in settings.PURGES:
        logger.info("purged", rule=path, rows=import_string(path)(now=now))
    signs.seen(PURGE, now=now)
