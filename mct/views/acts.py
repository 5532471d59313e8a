"""The buttons of a case's page: each finds the case, calls one verb, says what came of it, and leads back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clea_portal.accounts.person import person
from clea_portal.authorities.enums import ServerKind
from mct import cases, declaring, linking
from mct.access import find_case, tracers_only
from mct.declaring import BeingWithdrawn, NeedsAnotherPerson, NothingToDeclare
from mct.desk_forms import CloseForm
from mct.enums import CaseState, DeclarationState
from mct.forms import DecisionForm
from mct.models import Case
from mct.moves import IllegalMove, SomeoneWasFaster
from mct.words import being_withdrawn, explain_reason, span


@tracers_only
@require_POST
def case_declare(request: HttpRequest, uuid: UUID) -> HttpResponse:
    case = find_case(request, uuid)
    if not case.region.country.four_eyes:
        return _order(request, case, declaring.declare, _("The declaration is ordered."))
    return _order(request, case, declaring.declare, _("Approval is asked for. A colleague of your region can now approve."))


@tracers_only
@require_POST
def case_approve(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _order(request, find_case(request, uuid), declaring.approve, _("Approved. The declaration is ordered."))


@tracers_only
@require_POST
def case_send_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _act(request, find_case(request, uuid), declaring.send_back, _("The case is back, without approval."))


@tracers_only
@require_POST
def case_withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _act(request, find_case(request, uuid), declaring.withdraw, _("Withdrawn. The case can be declared again."))


@tracers_only
@require_POST
def case_retry(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _act(request, find_case(request, uuid), cases.retry_case, _("The case is checked again."))


@tracers_only
@require_POST
def case_close(request: HttpRequest, uuid: UUID) -> HttpResponse:
    case, form = find_case(request, uuid), CloseForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose why the case is closed."))
        return redirect("mct:case", case.uuid)
    return _act(request, case, cases.close_case, _("The case is closed."), reason=form.chosen())


@tracers_only
@require_POST
def code_choose(request: HttpRequest, uuid: UUID, code: UUID) -> HttpResponse:
    case = find_case(request, uuid)
    chosen = get_object_or_404(case.codes, uuid=code)
    return _act(request, case, linking.choose_code, _("The code is chosen."), code=chosen)


@tracers_only
@require_http_methods(["GET", "HEAD", "POST"])
def declaration_decide(request: HttpRequest, uuid: UUID, declaration: UUID) -> HttpResponse:
    case = find_case(request, uuid)
    row = get_object_or_404(case.declarations.select_related("server"), uuid=declaration)
    if row.state != DeclarationState.UNKNOWN:
        _say_that_it_changed(request)
        return redirect("mct:case", case.uuid)
    form = DecisionForm(request.POST or None, counts_twice=row.server.kind == ServerKind.FORM)
    if request.method == "POST" and form.is_valid():
        arrived = form.cleaned_data["decision"] == DecisionForm.ARRIVED
        try:
            declaring.decide(declaration=row, arrived=arrived, reason=form.cleaned_data["reason"], by=person(request))
        except (IllegalMove, SomeoneWasFaster):
            _say_that_it_changed(request)
        else:
            done = _("Noted as arrived. The portal watches the public list.") if arrived else _("It is sent again.")
            messages.success(request, done)
        return redirect("mct:case", case.uuid)
    context = {
        "form": form,
        "case": case,
        "row": row,
        "hours": span(row.start, row.end),
        "why": explain_reason(row.reason),
        "counts_twice": row.server.kind == ServerKind.FORM,
    }
    return render(request, "mct/decide.html", context)


def _order(request: HttpRequest, case: Case, verb: Callable[..., None], done: str) -> HttpResponse:
    """Only what the person saw is ordered: the form says when the case that it showed had last moved."""
    seen = _moment(request.POST.get("seen", ""))
    if seen is None:
        _say_that_it_changed(request)
        return redirect("mct:case", case.uuid)
    return _act(request, case, verb, done, seen=seen)


def _moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def _act(request: HttpRequest, case: Case, verb: Callable[..., None], done: str, **words: Any) -> HttpResponse:
    try:
        verb(case=case, by=person(request), **words)
    except (IllegalMove, SomeoneWasFaster):
        _say_that_it_changed(request)
    except NeedsAnotherPerson:
        messages.error(request, _("Somebody else must approve what you proposed."))
    except NothingToDeclare:
        messages.error(request, _("No hour of this case can be declared any more. Correct the hours, or close the case."))
    except BeingWithdrawn:
        messages.error(request, being_withdrawn())
    else:
        case.refresh_from_db(fields=["state"])
        if case.state == CaseState.NEEDS_ATTENTION:
            messages.warning(request, _("Something has come between. See below."))
        else:
            messages.success(request, done)
    return redirect("mct:case", case.uuid)


def _say_that_it_changed(request: HttpRequest) -> None:
    messages.warning(request, _("The case has changed meanwhile. Look again."))
