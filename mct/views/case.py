"""A case's page, its correction, and its pictures and links."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from clea_portal.accounts.person import person
from clea_portal.audit.trail import record_read
from clea_portal.uploads import takes_pictures
from mct.access import find_case, tracers_only
from mct.camera import may_use_camera
from mct.case_page import CasePage, context
from mct.cases import correct_case
from mct.forms import CaseForm, EvidenceForm
from mct.intake import MAX_PICTURES, TooManyPictures, add_evidence
from mct.moves import IllegalMove


@tracers_only
@require_safe
@may_use_camera
def case(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = find_case(request, uuid)
    record_read(actor=request.user, verb="opened", on=found)
    page = CasePage.read(found, user=person(request), now=timezone.now())
    return render(request, "mct/case.html", context(page))


@tracers_only
@require_safe
def case_status(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What the open page asks for again and again: nothing new, only the time that is left, or the whole of what changed.

    The whole is noted as a read; a page that shows nothing new is not.
    """
    found = find_case(request, uuid)
    if not request.headers.get("HX-Request"):
        return redirect("mct:case", found.uuid)
    page = CasePage.read(found, user=person(request), now=timezone.now())
    if page.version != request.GET.get("seen"):
        record_read(actor=request.user, verb="followed", on=found)
        return render(request, "mct/status.html", context(page))
    if not page.time_left:
        return HttpResponse(status=204)
    response = render(request, "mct/time_left.html", {"page": page, "out_of_band": True})
    response["HX-Reswap"] = "none"
    return response


@tracers_only
@require_http_methods(["GET", "HEAD", "POST"])
def case_correct(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = find_case(request, uuid)
    form = CaseForm(request.POST or None, regions=[found.region], case=found)
    if request.method == "POST" and form.is_valid():
        try:
            correct_case(case=found, by=person(request), **form.details())
        except IllegalMove:
            form.add_error(None, _hours_stay(found.state))
        else:
            messages.success(request, _("Saved."))
            return redirect("mct:case", found.uuid)
    elif request.method != "POST":
        record_read(actor=request.user, verb="opened_to_correct", on=found)
    page = CasePage.read(found, user=person(request), now=timezone.now())
    return render(request, "mct/correct.html", {"form": form, "case": found, "acts": page.acts})


def _hours_stay(state: str) -> str:
    if state == "closed":
        return _("The case is closed: nothing can be changed any more.")
    if state == "awaiting_approval":
        return _("The hours wait for a colleague's approval. Take the case back first, then correct them.")
    return _("The hours are declared already and cannot be changed. Withdraw the declaration first, if it has not left yet.")


@tracers_only
@require_http_methods(["GET", "HEAD", "POST"])
@takes_pictures(most=MAX_PICTURES)
@may_use_camera
def case_evidence(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = find_case(request, uuid)
    form = EvidenceForm(request.POST, request.FILES) if request.method == "POST" else EvidenceForm()
    if request.method == "POST" and form.is_valid():
        try:
            add_evidence(case=found, by=person(request), **form.cleaned_data)
        except TooManyPictures:
            form.add_error("pictures", _too_many())
        except IllegalMove:
            messages.warning(request, _("The case has changed meanwhile, and takes no more codes. Look again."))
            return redirect("mct:case", found.uuid)
        else:
            messages.success(request, _("Added. The code is being read."))
            return redirect("mct:case", found.uuid)
    record_read(actor=request.user, verb="opened_to_add", on=found)
    if request.method == "POST":
        form.ask_for_pictures_again()
    return render(request, "mct/evidence.html", {"evidence_form": form, "case": found})


def _too_many() -> str:
    words = ngettext(
        "A case takes %(count)d file that can be read.", "A case takes %(count)d files that can be read.", MAX_PICTURES
    )
    return words % {"count": MAX_PICTURES}
