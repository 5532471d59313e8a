"""Register pages that a contact sent, sheet by sheet, for the people of the case's region. Every sheet that is shown is noted."""

from uuid import UUID

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clea_portal.accounts.person import person
from clea_portal.authorities.envelopes import Unopenable
from clea_portal.scanning.advice import explain
from clea_portal.scanning.results import RefusedError
from mct.access import find_case, tracers_only
from mct.contact_models import RegisterPage
from mct.models import Case
from mct.register_pages import NoSuchSheet, count_sheets, show_sheet

logger = structlog.get_logger(__name__)


@tracers_only
@require_safe
def register_page(request: HttpRequest, uuid: UUID, page: UUID) -> HttpResponse:
    """The frame around a sheet, ``?sheet=`` from 1. Of the file itself it tells only how many sheets there are."""
    case = find_case(request, uuid)
    found = _find(case, page)
    mistake, count = "", 0
    try:
        count = count_sheets(found)
    except RefusedError as refusal:
        mistake = explain(refusal.advice)
    except Unopenable:
        logger.error("register_page_unopenable", page=str(found.uuid))
        mistake = _("This page cannot be opened: it was sealed for a key that the portal does not have. Ask an administrator.")
    sheet = _sheet(request.GET.get("sheet", "1"), count)
    context = {
        "case": case,
        "found": found,
        "mistake": mistake,
        "count": count,
        "sheet": sheet,
        "before": sheet - 1 if sheet > 1 else None,
        "after": sheet + 1 if sheet < count else None,
    }
    return _private(render(request, "mct/register_page.html", context))


@tracers_only
@require_safe
def register_sheet(request: HttpRequest, uuid: UUID, page: UUID, sheet: int) -> HttpResponse:
    """A sheet as a picture that was drawn anew. Nothing could run in it; opened by itself, nothing may."""
    found = _find(find_case(request, uuid), page)
    try:
        jpeg = show_sheet(found, sheet=sheet, by=person(request))
    except (NoSuchSheet, RefusedError, Unopenable):
        raise Http404 from None
    response = HttpResponse(jpeg, content_type="image/jpeg", headers={"Content-Disposition": "inline"})
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return _private(response)


def _find(case: Case, uuid: UUID) -> RegisterPage:
    pages = case.register_pages.kept(timezone.now()).select_related("key", "case")
    return get_object_or_404(pages, uuid=uuid)


def _sheet(text: str, count: int) -> int:
    """The sheet that was asked for, or the nearest there is."""
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 1
    return min(max(wanted, 1), max(count, 1))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response
