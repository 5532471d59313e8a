"""What the worker does for events (settings.JOB_KINDS, settings.JOB_CHECKS)."""

from typing import Any

from django.http import Http404

from clea_portal.accounts.models import User
from clea_portal.codes.printing.jobs import check_prints, make_prints
from clea_portal.codes.printing.messages import overtaken_message
from clea_portal.codes.printing.subjects import Subject
from clea_portal.jobs.results import JobRefused, Result
from clea_portal.jobs.running import Report
from events.printing import find_again


def bundle(job_arguments: dict[str, Any], /, *, by: User, report: Report) -> Result:
    """Prints of an event, or a whole bundle."""
    return make_prints(_subject(job_arguments, by=by), job_arguments, by=by, report=report)


def check_bundle(job_arguments: dict[str, Any], /, *, by: User) -> None:
    check_prints(_subject(job_arguments, by=by), job_arguments)


def _subject(job_arguments: dict[str, Any], *, by: User) -> Subject:
    try:
        return find_again(job_arguments["subject"], user=by)
    except Http404 as error:
        raise JobRefused(overtaken_message()) from error
