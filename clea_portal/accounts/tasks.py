from celery import shared_task
from django.utils import timezone

from clea_portal.accounts.deletions import send_due_mails


@shared_task(name="clea_portal.accounts.send_deletion_mails")
def send_deletion_mails() -> None:
    """Every hour, and right after a deletion is ordered."""
    send_due_mails(now=timezone.now())
