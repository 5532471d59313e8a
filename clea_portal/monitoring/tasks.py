from typing import Any

from celery import shared_task
from celery.signals import before_task_publish
from django.db import close_old_connections, connection
from django.utils import timezone

from clea_portal.monitoring import signs
from clea_portal.monitoring.processes import SCHEDULER, worker_sign

BEAT = "clea_portal.monitoring.beat"


@shared_task(name=BEAT)
def beat(queue: str) -> None:
    """Every minute in each queue: whoever runs it is alive."""
    signs.seen(worker_sign(queue), now=timezone.now())


@before_task_publish.connect(sender=BEAT)
def scheduler_is_alive(**_: Any) -> None:
    """In the scheduler's own process, which nothing else tells of: only it sends this task."""
    if not connection.in_atomic_block:
        # It lives for weeks, longer than a database keeps its connections.
        close_old_connections()
    signs.seen(SCHEDULER, now=timezone.now())
