from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clea_portal.accounts.person import person
from clea_portal.accounts.roles import roles_of
from clea_portal.audit.trail import record_read
from clea_portal.jobs.files import disposition
from clea_portal.spreadsheets import CSV_TYPE, XLSX_TYPE, csv_pieces, write_xlsx
from mct.figure_forms import FiguresForm
from mct.figure_page import file_rows, show
from mct.figure_scopes import scopes_of
from mct.figures import count

# What changed is counted within half a minute, unless the worker has everything to count, or stands still.
_LATE = timedelta(minutes=3)


@require_safe
def show_figures(request: HttpRequest) -> HttpResponse:
    """For tracers and administrators: figures open no case."""
    form = _form(request)
    scope, period = form.chosen()
    _note(request, form, "opened_figures")
    now = timezone.now()
    figures = count(scope.regions, period=period, now=now)
    context = {
        "until": figures.until,
        "is_late": figures.until is not None and now - figures.until > _LATE,
        "form": form,
        "scope": scope,
        "period": period,
        "shown": show(figures, period=period, is_guarded=scope.is_guarded),
        "roles": roles_of(request.user),
    }
    return render(request, "mct/figures.html", context)


@require_safe
def figures_file(request: HttpRequest) -> HttpResponse:
    """The same figures to take along, small numbers hidden: CSV, or XLSX by ``?format=xlsx``."""
    form = _form(request)
    scope, period = form.chosen()
    _note(request, form, "exported_figures")
    heading, rows = file_rows(count(scope.regions, period=period, now=timezone.now()), period=period)
    name = f"CLEA {scope.label} {period.first:%Y-%m-%d} {period.last:%Y-%m-%d}"
    if request.GET.get("format") == "xlsx":
        with write_xlsx(heading, rows, alive=lambda: None) as file:
            file.seek(0)
            content, kind, ending = file.read(), XLSX_TYPE, "xlsx"
    else:
        content, kind, ending = b"".join(csv_pieces([heading], rows)), CSV_TYPE, "csv"
    headers = {"Content-Disposition": disposition(f"{name}.{ending}"), "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=kind, headers=headers)


def _form(request: HttpRequest) -> FiguresForm:
    scopes = scopes_of(roles_of(request.user))
    if not scopes:
        raise Http404
    asked = {name for name in FiguresForm.base_fields if name in request.GET}
    return FiguresForm(request.GET if asked else None, scopes=scopes, today=timezone.localdate())


def _note(request: HttpRequest, form: FiguresForm, verb: str) -> None:
    scope, period = form.chosen()
    since, until = period.first.isoformat(), period.last.isoformat()
    record_read(actor=request.user, verb=verb, on=person(request), of=scope.key, since=since, until=until)
