"""Whose case it is, notes, follow-up: each finds the case, calls one verb, and leads back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clea_portal.accounts.person import person
from clea_portal.accounts.roles import roles_of
from mct import assigning
from mct.access import find_case, regions_of, tracers_only
from mct.assigning import NotOfTheRegion, desk_of
from mct.desk_forms import NOBODY, AssignForm, FollowUpForm, HandOverForm, NoteForm, named
from mct.models import Case
from mct.moves import IllegalMove, SomeoneWasFaster

_METHODS = ["GET", "HEAD", "POST"]


@tracers_only
@require_http_methods(_METHODS)
def case_assign(request: HttpRequest, uuid: UUID) -> HttpResponse:
    case = find_case(request, uuid)
    has_it = case.assignee or case.team
    start = {"seen": case.assignments, "to": assigning.key_of(has_it) if has_it else NOBODY}
    form = AssignForm(request.POST if request.method == "POST" else None, desk=desk_of([case.region_id]), initial=start)
    if request.method == "POST" and form.is_valid():
        to = form.chosen()
        try:
            assigning.assign_case(case=case, to=to, by=person(request), seen=form.cleaned_data["seen"])
        except NotOfTheRegion:
            form.add_error("to", _("This person or team is not of the region any more. Choose another one."))
        except SomeoneWasFaster:
            messages.warning(request, _("Somebody else has assigned this case meanwhile. Look who has it now."))
            return redirect("mct:case", case.uuid)
        except IllegalMove:
            return _closed(request, case)
        else:
            messages.success(request, _("Assigned to: %(who)s.") % {"who": named(to)})
            return redirect("mct:case", case.uuid)
    return _answer(request, case, form, title=_("Assign the case"), button=_("Assign"), lead="")


@tracers_only
@require_http_methods(_METHODS)
def case_hand_over(request: HttpRequest, uuid: UUID) -> HttpResponse:
    case = find_case(request, uuid)
    if case.region_id not in roles_of(person(request)).led:
        raise PermissionDenied
    form = HandOverForm(
        request.POST if request.method == "POST" else None, region=case.region, initial={"seen": case.assignments}
    )
    if request.method == "POST" and form.is_valid():
        region = form.cleaned_data["region"]
        try:
            assigning.hand_over(case=case, region=region, by=person(request), seen=form.cleaned_data["seen"])
        except SomeoneWasFaster:
            messages.warning(request, _("Somebody else has assigned this case meanwhile. Look who has it now."))
            return redirect("mct:case", case.uuid)
        except IllegalMove:
            return _closed(request, case)
        messages.success(request, _("The case is now one of region %(region)s.") % {"region": region})
        return redirect("mct:case", case.uuid) if region.pk in regions_of(request) else redirect("mct:case_list")
    lead = _("Its codes, notes and timeline go with it. The people of your region no longer see it, nobody there has it yet.")
    return _answer(request, case, form, title=_("Hand the case to another region"), button=_("Hand it over"), lead=lead)


@tracers_only
@require_http_methods(_METHODS)
def case_note(request: HttpRequest, uuid: UUID) -> HttpResponse:
    case = find_case(request, uuid)
    form = NoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            assigning.add_note(case=case, text=form.cleaned_data["text"], by=person(request))
        except IllegalMove:
            form.add_error(None, _("The case is closed: nothing can be changed any more."))
        else:
            messages.success(request, _("Noted."))
            return redirect("mct:case", case.uuid)
    return _answer(request, case, form, title=_("Add a note"), button=_("Save"), lead="")


@tracers_only
@require_http_methods(_METHODS)
def case_follow_up(request: HttpRequest, uuid: UUID) -> HttpResponse:
    case, today = find_case(request, uuid), timezone.localdate()
    form = FollowUpForm(request.POST if request.method == "POST" else None, today=today, initial={"on": case.follow_up_on})
    if request.method == "POST" and form.is_valid():
        try:
            assigning.follow_up(case=case, on=form.cleaned_data["on"], by=person(request))
        except IllegalMove:
            return _closed(request, case)
        messages.success(request, _("Saved."))
        return redirect("mct:case", case.uuid)
    return _answer(request, case, form, title=_("Follow-up"), button=_("Save"), lead="")


def _closed(request: HttpRequest, case: Case) -> HttpResponse:
    messages.warning(request, _("The case has changed meanwhile. Look again."))
    return redirect("mct:case", case.uuid)


def _answer(request: HttpRequest, case: Case, form: Form, **words: Any) -> HttpResponse:
    return render(request, "mct/desk_form.html", {"case": case, "form": form, **words})
