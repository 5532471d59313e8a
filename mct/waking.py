"""Wakes the worker after commit. Only an accelerator: the sweep alone brings everything to its end."""

from functools import partial

import structlog
from django.db import transaction
from kombu.exceptions import OperationalError

from clea_portal.celery import app

logger = structlog.get_logger(__name__)

READ_PICTURE = "mct.read_picture"
LINK_CASE = "mct.link_case"
SEND_DECLARATION = "mct.send_declaration"
WITHDRAW_DECLARATION = "mct.withdraw_declaration"
WATCH_SERVER = "mct.watch_server"
DECRYPT_MESSAGE = "mct.decrypt_message"


def wake(task: str, row: int) -> None:
    """Have the worker run the task of this name on this row once the transaction is committed.

    A broker that is down costs time, nothing else.
    """
    transaction.on_commit(partial(send, task, row))


def send(task: str, row: int) -> None:
    try:
        app.send_task(task, args=[row], retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("broker unreachable, left to the sweep", task=task, error=type(error).__name__)
