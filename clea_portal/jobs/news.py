"""Tells a person, on whatever page they open next, that what they ordered is ready."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from clea_portal.jobs.enums import JobState
from clea_portal.jobs.models import Job

SESSION_KEY = "jobs_followed"
MOST_FOLLOWED = 10


def follow(request: HttpRequest, job: Job) -> None:
    """Have the next page after this job's end say so."""
    followed = request.session.get(SESSION_KEY, [])
    if str(job.uuid) not in followed:
        request.session[SESSION_KEY] = [*followed, str(job.uuid)][-MOST_FOLLOWED:]


def forget(request: HttpRequest, job: Job) -> None:
    """The person has seen how it ended."""
    followed = request.session.get(SESSION_KEY, [])
    if str(job.uuid) in followed:
        request.session[SESSION_KEY] = [uuid for uuid in followed if uuid != str(job.uuid)]


class JobNewsMiddleware:
    """Costs nothing to who follows no job."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        is_page = (
            request.method == "GET" and not request.headers.get("HX-Request") and "text/html" in request.headers.get("Accept", "")
        )
        match = request.resolver_match
        if not is_page or match is None or match.app_name == "jobs" or not request.user.is_authenticated:
            return
        followed = request.session.get(SESSION_KEY, [])
        if not followed:
            return
        jobs = list(Job.objects.of(request.user).filter(uuid__in=[UUID(uuid) for uuid in followed]))
        for job in jobs:
            if job.state == JobState.DONE:
                messages.success(request, _sentence(job, _("Your download is ready:")))
            elif job.state in (JobState.REFUSED, JobState.FAILED):
                messages.warning(request, _sentence(job, _("Your download could not be made:")))
        still = [str(job.uuid) for job in jobs if job.is_under_way]
        if still != followed:
            request.session[SESSION_KEY] = still


def _sentence(job: Job, before: str) -> str:
    return format_html('{} <a href="{}">{}</a>', before, reverse("jobs:detail", args=[job.uuid]), job.title)
