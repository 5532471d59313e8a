from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from clea_portal.accounts.person import person
from clea_portal.audit.trail import record_read
from mct.access import own_regions, tracers_only
from mct.assigning import desk_of
from mct.desk_forms import BulkForm, SaveForm
from mct.desk_models import SavedFilter
from mct.enums import CaseState, Problem
from mct.filters import TABS
from mct.models import Case
from mct.searching import MOST_FOUND, QUERY_LIMIT
from mct.selection import QUICK, Selection, tell_count
from mct.trail_exporting import LISTED, shown_of
from mct.words import IN_SHORT, hours, moment, short_day

OUTCOME = "mct.bulk_outcome"


@tracers_only
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    regions, now = list(own_regions(request)), timezone.now()
    user, today = person(request), timezone.localdate(now)
    selection = Selection(words=request.GET, user=user, regions=regions, today=today)
    page = selection.page()
    counts = {} if selection.is_narrowed else selection.counts()
    record_read(
        actor=user,
        verb=LISTED,
        on=user,
        show=selection.tab,
        quick=selection.quick,
        searched=selection.found is not None,
        cases=len(page.rows),
        regions=shown_of(page.rows),
    )
    context = {
        "page": page,
        "rows": [_row(case, now=now) for case in page.rows],
        "tabs": list(_tabs(selection.tab, "show", {name: label for name, (label, _states) in TABS.items()}, counts)),
        "quick_filters": list(_tabs(selection.quick, "quick", QUICK, counts)),
        "selection": selection,
        "filter": selection.chosen,
        "any": bool(counts.get("show=")),
        "query_limit": QUERY_LIMIT,
        "most_found": MOST_FOUND,
        "several_regions": len(regions) > 1,
        "regions": regions,
        "today": today,
        "bulk": BulkForm(desk=desk_of([region.pk for region in regions])),
        "outcome": request.session.pop(OUTCOME, None),
        "saved": list(SavedFilter.objects.filter(owner=user)),
        "save_form": SaveForm(initial={"query": selection.address}),
    }
    return render(request, "mct/list.html", context)


def _tabs(current: str, prefix: str, labels: Mapping[str, Any], counts: Mapping[str, int]) -> Iterable[dict[str, Any]]:
    """``count`` is empty where nothing was counted."""
    for name, label in labels.items():
        count = counts.get(f"{prefix}={name}")
        told = "" if count is None else tell_count(count)
        yield {"name": name, "label": label, "count": told, "current": name == current}


def _row(case: Case, *, now: datetime) -> dict[str, Any]:
    due = case.follow_up_on if case.state != CaseState.CLOSED else None
    return {
        "case": case,
        "day": short_day(case.exposure_start),
        "hours": hours(case.exposure_start, case.exposure_end),
        "problem": IN_SHORT[Problem(case.problem)] if case.problem else "",
        "registered": moment(case.created_at, now=now),
        "check_code": case.code.check_code if case.code else "",
        "whose": case.assignee or case.team or "",
        "follow_up": date_format(due, "D j N Y") if due else "",
        "place": case.place if case.dossier_id else None,
        "is_due": bool(due and due <= timezone.localdate(now)),
    }
