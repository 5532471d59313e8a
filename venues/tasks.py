"""What the worker runs for venues."""

from celery import shared_task
from django.utils import timezone

from clea_portal.codes.mailing import SERVER_TROUBLE
from venues import mailing
from venues.reminders import remind


@shared_task(name="venues.remind")
def remind_of_renewals() -> None:
    remind(now=timezone.now())


@shared_task(name=mailing.TASK, autoretry_for=SERVER_TROUBLE, max_retries=3, retry_backoff=30)
def mail_code(code_id: int, user_id: int) -> None:
    mailing.mail_code(code_id, user_id)
