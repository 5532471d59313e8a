"""Ordering work and doing it. A row first; the broker's message only makes it fast; a sweep finds whatever was lost."""

import json
import time
from datetime import timedelta
from functools import partial
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from clea_portal.accounts.models import User
from clea_portal.celery import app
from clea_portal.jobs.enums import JobState
from clea_portal.jobs.models import Job
from clea_portal.jobs.moves import IllegalMove, SomeoneWasFaster, move_job
from clea_portal.jobs.results import JobRefused, Result, ResultTooLarge, keep

logger = structlog.get_logger(__name__)

RUN = "clea_portal.jobs.run"
MAX_ATTEMPTS = 3
AT_ONCE = 3
# Progress renews it: a handler reports more often than that.
LEASE = timedelta(minutes=2)
PAUSE = timedelta(seconds=10)
# Progress is written at most this often.
SECONDS_BETWEEN_REPORTS = 0.5
REWAKE = timedelta(seconds=30)
BATCH = 200


class TooManyJobs(Exception):
    """The person already has AT_ONCE jobs under way; ``too_many_message`` says so."""


class Report(Protocol):
    def __call__(self, done: int, total: int) -> None:
        """Say how far the work is. Raises SomeoneWasFaster when it is no longer wanted: let it through."""


class Handler(Protocol):
    """A function of settings.JOB_KINDS. Raises JobRefused with a sentence in the person's language, which is active."""

    def __call__(self, job_arguments: dict[str, Any], /, *, by: User, report: Report) -> Result: ...


def too_many_message() -> str:
    return _("You have %(number)d downloads under way, which is as many as one person may have. Wait for one, or cancel one.") % {
        "number": AT_ONCE
    }


@transaction.atomic
def order(*, kind: str, by: User, arguments: dict[str, Any], title: str, back_to: str = "", key: str | None = None) -> Job:
    """Have a worker do this after commit; the person finds it under ``/jobs/``. Raises TooManyJobs.

    ``arguments``: JSON; ids rather than contents, since the handler looks at things as they are when it runs. ``key``: the
    same key while such a job is under way gives that job. ``back_to``: the address of the page that ordered it.
    """
    if kind not in settings.JOB_KINDS:
        raise KeyError(kind)
    User.objects.select_for_update().get(pk=by.pk)
    under_way = Job.objects.of(by).under_way()
    if key and (same := under_way.filter(key=key).first()):
        return same
    if under_way.count() >= AT_ONCE:
        raise TooManyJobs
    job = Job.objects.create(
        owner=by,
        kind=kind,
        arguments=json.dumps(arguments),
        title=title,
        back_to=back_to,
        key=key or "",
        language=get_language() or settings.LANGUAGE_CODE,
    )
    transaction.on_commit(partial(_wake, job.pk))
    return job


def check(job: Job) -> None:
    """Raises JobRefused where settings.JOB_CHECKS has a function for this kind that finds the result overtaken by events.

    Asked when the result has been made, and each time it is about to be handed out.
    """
    if path := settings.JOB_CHECKS.get(job.kind):
        import_string(path)(json.loads(job.arguments), by=job.owner)


def cancel(job: Job) -> bool:
    """Stop a job; its worker notices when it next reports. Whether there was anything left to stop."""
    for __ in range(MAX_ATTEMPTS + 1):
        try:
            with transaction.atomic():
                move_job(job, JobState.CANCELLED)
        except SomeoneWasFaster:
            job.refresh_from_db()
        except IllegalMove:
            return False
        else:
            return True
    return False


def sweep() -> None:
    """Wake the worker for every job that waits, or whose worker died; not again and again while all of them are busy."""
    now = timezone.now()
    due = Job.objects.under_way().filter(leased_until__lte=now, woken_at__lte=now - REWAKE).order_by("pk")
    for pk in list(due.values_list("pk", flat=True)[:BATCH]):
        Job.objects.filter(pk=pk).update(woken_at=now)
        _wake(pk)


def run(job_id: int) -> None:
    """Do one job, if nobody else is at it. Safe to run twice."""
    now = timezone.now()
    claimed = (
        Job.objects.under_way()
        .filter(pk=job_id, leased_until__lte=now)
        .update(state=JobState.RUNNING, attempts=F("attempts") + 1, leased_until=now + LEASE)
    )
    if not claimed:
        return
    job = Job.objects.select_related("owner").get(pk=job_id)
    zone = ZoneInfo(job.owner.time_zone or settings.TIME_ZONE)
    with (
        structlog.contextvars.bound_contextvars(job=str(job.uuid), kind=job.kind),
        override(job.language),
        timezone.override(zone),
    ):
        try:
            _attempt(job)
        except SomeoneWasFaster:
            job.chunks.filter(attempt=job.attempts).delete()
            logger.info("job let go")


def _attempt(job: Job) -> None:
    if job.attempts > MAX_ATTEMPTS or job.kind not in settings.JOB_KINDS:
        # It took the worker down with it each time, or it belongs to another version of the portal.
        move_job(job, JobState.FAILED, reason=_failed())
        logger.error("job given up", attempts=job.attempts)
        return
    if not job.owner.is_active:
        move_job(job, JobState.CANCELLED)
        return
    handler: Handler = import_string(settings.JOB_KINDS[job.kind])
    started = time.monotonic()
    report = _reporter(job)
    try:
        report(0, 0)
        result = handler(json.loads(job.arguments), by=job.owner, report=report)
        size = keep(job, result, alive=lambda: report(job.done, job.total))
        check(job)
        with transaction.atomic():
            move_job(
                job,
                JobState.DONE,
                size=size,
                file_name=result.name,
                content_type=result.content_type,
                done=job.total,
                total=job.total,
            )
    except JobRefused as refused:
        move_job(job, JobState.REFUSED, reason=str(refused))
    except ResultTooLarge:
        move_job(job, JobState.REFUSED, reason=_("This became larger than a download can be. Order it in smaller parts."))
    except SoftTimeLimitExceeded:
        move_job(job, JobState.FAILED, reason=_("This took too long. Order it in smaller parts."))
        logger.exception("job took too long")
    except SomeoneWasFaster:
        raise
    except Exception:
        job.chunks.filter(attempt=job.attempts).delete()
        if job.attempts >= MAX_ATTEMPTS:
            move_job(job, JobState.FAILED, reason=_failed())
        else:
            move_job(job, JobState.WAITING, leased_until=timezone.now() + PAUSE * job.attempts)
        raise
    logger.info("job ended", state=job.state, attempts=job.attempts, milliseconds=round(1000 * (time.monotonic() - started)))


def _failed() -> str:
    return _("Something went wrong on our side. Order it again, and tell us if it happens again.")


def _reporter(job: Job) -> Report:
    last = float("-inf")
    mine = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts)

    def report(done: int, total: int) -> None:
        nonlocal last
        job.done, job.total = done, total
        if time.monotonic() - last < SECONDS_BETWEEN_REPORTS:
            return
        last = time.monotonic()
        if not mine.update(done=done, total=total, leased_until=timezone.now() + LEASE):
            raise SomeoneWasFaster

    return report


def _wake(job_id: int) -> None:
    try:
        app.send_task(RUN, args=[job_id], retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("broker unreachable, left to the sweep", task=RUN, error=type(error).__name__)
