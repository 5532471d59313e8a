from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clea_portal.accounts.person import person
from clea_portal.audit.trail import record_read
from mct.access import own_regions, regions_of, tracers_only
from mct.enums import Problem
from mct.filters import TABS, CaseFilter
from mct.models import Case
from mct.words import IN_SHORT, hours, moment, short_day

ROWS_PER_PAGE = 25


@tracers_only
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    regions, now = list(own_regions(request)), timezone.now()
    tab = request.GET.get("show", "")
    tab = tab if tab in TABS else ""
    chosen = CaseFilter(request.GET, queryset=Case.objects.in_regions(regions_of(request)), regions=regions)
    counts = dict(chosen.qs.order_by().values_list("state").annotate(Count("pk")))
    shown = chosen.qs.filter(state__in=TABS[tab][1]) if tab else chosen.qs
    page = Paginator(shown.select_related("region", "code").defer("notes", "code__deep_link"), ROWS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    record_read(actor=request.user, verb="listed_cases", on=person(request), show=tab, page=page.number, cases=len(page))
    context = {
        "page_obj": page,
        "rows": [_row(case, now=now) for case in page],
        "tabs": list(_tabs(tab, counts)),
        "tab": tab,
        "filter": chosen,
        "any": bool(counts),
        "several_regions": len(regions) > 1,
        "regions": regions,
    }
    return render(request, "mct/list.html", context)


def _tabs(current: str, counts: dict[str, int]) -> Iterable[dict[str, Any]]:
    for name, (label, states) in TABS.items():
        yield {"name": name, "label": label, "count": sum(counts.get(state, 0) for state in states), "current": name == current}


def _row(case: Case, *, now: datetime) -> dict[str, Any]:
    return {
        "case": case,
        "day": short_day(case.exposure_start),
        "hours": hours(case.exposure_start, case.exposure_end),
        "problem": IN_SHORT[Problem(case.problem)] if case.problem else "",
        "registered": moment(case.created_at, now=now),
        "check_code": case.code.check_code if case.code else "",
    }
