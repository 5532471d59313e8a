"""The only place where the state of a job changes."""

from typing import Any

from django.utils import timezone

from clea_portal.jobs.enums import JOB_MOVES, UNDER_WAY, JobState
from clea_portal.jobs.models import Job, in_a_day


class IllegalMove(Exception):
    """This state cannot follow that one."""


class SomeoneWasFaster(Exception):
    """The job has moved since it was read: it was cancelled, or another worker took it over."""


def move_job(job: Job, to: JobState, **changes: Any) -> None:
    """Move a job from the state and attempt it was read in. Raises IllegalMove or SomeoneWasFaster.

    A job that comes to its end begins its day; pieces that no result needs are deleted.
    """
    if to not in JOB_MOVES[job.state]:
        raise IllegalMove(f"A job cannot go from {job.state} to {to}.")
    changes |= {"state": to}
    if to not in UNDER_WAY:
        changes |= {"finished_at": timezone.now(), "expires_at": in_a_day()}
    if not Job.objects.filter(pk=job.pk, state=job.state, attempts=job.attempts).update(**changes):
        raise SomeoneWasFaster
    for name, value in changes.items():
        setattr(job, name, value)
    if to not in UNDER_WAY:
        unneeded = job.chunks.exclude(attempt=job.attempts) if to == JobState.DONE else job.chunks.all()
        unneeded.delete()
