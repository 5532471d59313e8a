"""The log of a country: what its administrators did."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from clea_portal.accounts.person import person
from clea_portal.administration.access import administered, administrators_only
from clea_portal.administration.log import entries, events_of
from clea_portal.administration.log_export import LogFormat, order_log
from clea_portal.administration.log_forms import LogFilter
from clea_portal.administration.sections import tabs
from clea_portal.audit.models import AuditEvent
from clea_portal.jobs.running import TooManyJobs, too_many_message
from clea_portal.paging import Order, read_page

PER_PAGE = 50
ORDER = Order(name="at", field="at", descending=True)


@administrators_only
@require_safe
def log(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    form = LogFilter(request.GET, country=country)
    page = read_page(
        [events_of(country, **form.chosen())],
        rows=AuditEvent.objects.select_related("actor"),
        order=ORDER,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=PER_PAGE,
    )
    context = {
        "country": country,
        "tabs": tabs(country, current="administration:log"),
        "form": form,
        "page": page,
        "entries": entries(page.rows),
        "formats": LogFormat,
        "is_narrowed": any(form.chosen().values()),
    }
    return render(request, "administration/log.html", context)


@administrators_only
@require_POST
def export(request: HttpRequest, code: str) -> HttpResponse:
    """What the page showed when the button was pressed, all pages of it: the filter stands in the address as it did there."""
    country = administered(request, code)
    form = LogFilter(request.GET, country=country)
    format_ = LogFormat.JSON_LINES if request.POST.get("format") == LogFormat.JSON_LINES else LogFormat.CSV
    if not form.is_valid():
        return redirect("administration:log", code)
    try:
        job = order_log(country, chosen=form.chosen(), format_=format_, by=person(request))
    except TooManyJobs:
        messages.error(request, too_many_message())
        return redirect("administration:log", code)
    return redirect("jobs:detail", job.uuid)
