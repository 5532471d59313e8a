from celery import shared_task
from django.utils import timezone

from clea_portal.administration.absences import suspend_absent as suspend_absent_people


@shared_task(name="clea_portal.administration.suspend_absent")
def suspend_absent() -> None:
    """Every hour."""
    suspend_absent_people(now=timezone.now())
