"""What the worker runs for events."""

from celery import shared_task

from clea_portal.codes.mailing import SERVER_TROUBLE
from events import mailing


@shared_task(name=mailing.TASK, autoretry_for=SERVER_TROUBLE, max_retries=3, retry_backoff=30)
def mail_code(code_id: int, user_id: int) -> None:
    mailing.mail_code(code_id, user_id)
