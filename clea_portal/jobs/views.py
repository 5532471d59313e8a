"""A person's downloads. What belongs to somebody else does not exist."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clea_portal.accounts.person import person
from clea_portal.jobs import news, results, running
from clea_portal.jobs.enums import JobState
from clea_portal.jobs.files import disposition
from clea_portal.jobs.models import Job
from clea_portal.jobs.results import JobRefused

ROWS_PER_PAGE = 25
# Of the page without scripts, and of the one with them.
REFRESH_SECONDS = 4
POLL_SECONDS = 1


@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(Job.objects.of(person(request)), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "jobs/list.html", {"page_obj": page})


@require_safe
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    job = _find(request, uuid)
    _note(request, job)
    return render(request, "jobs/detail.html", {"job": job, "poll_seconds": POLL_SECONDS, "refresh_seconds": REFRESH_SECONDS})


@require_safe
def status(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What the open page asks for again and again."""
    job = _find(request, uuid)
    if not request.headers.get("HX-Request"):
        return redirect("jobs:detail", uuid)
    _note(request, job)
    return render(request, "jobs/live.html", {"job": job, "poll_seconds": POLL_SECONDS})


@require_safe
def file(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The result. It stays for its day, so it can be fetched again."""
    job = _find(request, uuid)
    if job.state != JobState.DONE:
        return redirect("jobs:detail", uuid)
    try:
        running.check(job)
    except JobRefused as refused:
        messages.warning(request, str(refused))
        return redirect("jobs:detail", uuid)
    headers = {
        "Content-Disposition": disposition(job.file_name),
        "Content-Length": str(job.size),
        "Cache-Control": "private, no-store",
    }
    return StreamingHttpResponse(results.stream(job), content_type=job.content_type, headers=headers)


@require_POST
def cancel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    job = _find(request, uuid)
    if not running.cancel(job):
        messages.info(request, _("It had already come to its end."))
    return redirect("jobs:detail", uuid)


@require_POST
def delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Delete a job that is over, with its result, before its day is."""
    job = _find(request, uuid)
    if job.is_under_way:
        messages.warning(request, _("This is still under way. Cancel it first."))
        return redirect("jobs:detail", uuid)
    job.delete()
    messages.success(request, _("Deleted."))
    return redirect("jobs:list")


def _find(request: HttpRequest, uuid: UUID) -> Job:
    return get_object_or_404(Job.objects.of(person(request)).select_related("owner"), uuid=uuid)


def _note(request: HttpRequest, job: Job) -> None:
    if job.is_under_way:
        news.follow(request, job)
    else:
        news.forget(request, job)
