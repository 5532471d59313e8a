from celery import shared_task
from django.utils import timezone

from clea_portal.audit import chain


@shared_task(name="clea_portal.audit.seal")
def seal() -> None:
    chain.seal(now=timezone.now())
