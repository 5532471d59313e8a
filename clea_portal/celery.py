import os
import signal
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clea_portal.settings")

app = Celery("clea_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def finish_what_is_in_hand(**_: Any) -> None:
    """Process managers send SIGTERM to the group: a child that obeyed would break off its call. The main process ends it."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
