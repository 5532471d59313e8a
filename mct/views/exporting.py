from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from clea_portal.accounts.person import person
from clea_portal.accounts.roles import roles_of
from clea_portal.authorities.models import Region
from clea_portal.jobs.running import TooManyJobs, too_many_message
from clea_portal.spreadsheets import XLSX_ROWS
from mct.access import own_regions, regions_of, tracers_only
from mct.figure_forms import ExportForm, TrailExportForm
from mct.filters import TABS, CaseFilter
from mct.jobs import order_cases, order_trail
from mct.models import Case


@tracers_only
@require_http_methods(["GET", "HEAD", "POST"])
def export_cases(request: HttpRequest) -> HttpResponse:
    """Asked with the list's own address, the filter stands as it did there."""
    regions = list(own_regions(request))
    sent = request.POST if request.method == "POST" else request.GET
    chosen = CaseFilter(sent, queryset=Case.objects.in_regions(regions_of(request)), regions=regions)
    show = request.GET.get("show", "")
    form = ExportForm(request.POST or None, initial={"show": show if show in TABS else ""})
    if request.method == "POST" and form.is_valid() and chosen.form.is_valid():
        try:
            job = order_cases(
                by=person(request),
                regions=[region.pk for region in regions],
                show=form.cleaned_data["show"],
                chosen={name: request.POST.getlist(name) for name in chosen.form.fields if request.POST.get(name)},
                format_=form.cleaned_data["format"],
                back_to=reverse("figures:export"),
            )
        except TooManyJobs:
            messages.error(request, too_many_message())
        else:
            return redirect("jobs:detail", job.uuid)
    context = {
        "form": form,
        "filter": chosen,
        "regions": regions,
        "rows": XLSX_ROWS - 1,
        "leads": bool(roles_of(request.user).led),
    }
    return render(request, "mct/export.html", context)


@tracers_only
@require_http_methods(["GET", "HEAD", "POST"])
def export_trail(request: HttpRequest) -> HttpResponse:
    """For leads, of the regions that they lead."""
    regions = list(Region.objects.filter(pk__in=roles_of(request.user).led).select_related("country"))
    if not regions:
        raise Http404
    form = TrailExportForm(request.POST or None, regions=regions)
    if request.method == "POST" and form.is_valid():
        one = form.cleaned_data.get("region")
        try:
            job = order_trail(
                by=person(request),
                regions=[region.pk for region in ([one] if one else regions)],
                since=form.cleaned_data["since"],
                until=form.cleaned_data["until"],
                format_=form.cleaned_data["format"],
                back_to=reverse("figures:export_trail"),
            )
        except TooManyJobs:
            messages.error(request, too_many_message())
        else:
            return redirect("jobs:detail", job.uuid)
    return render(request, "mct/export_trail.html", {"form": form, "regions": regions})
