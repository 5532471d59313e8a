"""Sends mail as Django does, and notes whether the mail server took it."""

import smtplib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.db import transaction
from django.utils import timezone

from clea_portal.monitoring import signs
from clea_portal.monitoring.processes import MAIL


class NotingBackend(EmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        try:
            sent = super().send_messages(email_messages)
        except (smtplib.SMTPException, OSError) as error:
            _note(signs.failed, detail=type(error).__name__)
            raise
        if sent:
            _note(signs.seen)
        return sent or 0


def _note(how: Callable[..., None], **details: Any) -> None:
    """Once the sender's transaction is over: a mail that fails must not undo, nor be forgotten with, what it told of."""
    transaction.on_commit(partial(how, MAIL, now=timezone.now(), **details), robust=True)
