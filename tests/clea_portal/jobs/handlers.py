"""Work for the tests of jobs."""

from django.utils import timezone
from django.utils.translation import gettext as _

from clea_portal.jobs.results import JobRefused, Result

CALLS = []


def copy(job_arguments, *, by, report):
    CALLS.append((job_arguments, by))
    report(1, 2)
    report(2, 2)
    return Result(file=job_arguments["content"].encode(), name="A copy.txt", content_type="text/plain")


def refuse(job_arguments, *, by, report):
    raise JobRefused(_("Cancel"))


def break_down(job_arguments, *, by, report):
    raise ZeroDivisionError


def tell_zone(job_arguments, *, by, report):
    return Result(file=timezone.get_current_timezone_name().encode(), name="zone.txt", content_type="text/plain")


KINDS = {function.__name__: f"{__name__}.{function.__name__}" for function in (copy, refuse, break_down, tell_zone)}


def overtaken(job_arguments, *, by):
    raise JobRefused("Something newer has taken its place.")
