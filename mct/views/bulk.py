"""Many cases at once: the same verb for each, and an answer that says what was done and what was not, and why."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from clea_portal.accounts.models import User
from clea_portal.accounts.person import person
from mct.access import regions_of, tracers_only
from mct.assigning import NotOfTheRegion, assign_case, desk_of
from mct.cases import close_case
from mct.declaring import BeingWithdrawn, NeedsAnotherPerson, NothingToDeclare
from mct.desk_forms import BulkForm, named
from mct.enums import CaseState, ClosingReason
from mct.models import Case
from mct.moves import IllegalMove, SomeoneWasFaster
from mct.selection import address_of
from mct.views.listing import OUTCOME

MOST_AT_ONCE = 100
DECLARE, APPROVE = "declare", "approve"
_GONE, _CAME_BETWEEN = "gone", "came between"
_REFUSALS = (IllegalMove, SomeoneWasFaster, NotOfTheRegion, NeedsAnotherPerson, NothingToDeclare, BeingWithdrawn)
_WHY: dict[Any, Promise] = {
    SomeoneWasFaster: gettext_lazy("has changed meanwhile"),
    NotOfTheRegion: gettext_lazy("is of another region than the person or team"),
    (IllegalMove, BulkForm.ASSIGN): gettext_lazy("is closed"),
    (IllegalMove, BulkForm.CLOSE): gettext_lazy("is closed already, or something of it is on its way or undecided"),
    (IllegalMove, DECLARE): gettext_lazy("is not ready to be declared"),
    (IllegalMove, APPROVE): gettext_lazy("does not wait for approval"),
    NeedsAnotherPerson: gettext_lazy("was proposed by you: somebody else must approve it"),
    NothingToDeclare: gettext_lazy("has no hour that can be declared any more"),
    BeingWithdrawn: gettext_lazy("has hours that are being withdrawn at the server"),
    _CAME_BETWEEN: gettext_lazy("needs attention: something has come between"),
    _GONE: gettext_lazy("is no longer there, or of a region that is not yours"),
}


@tracers_only
@require_POST
def cases_bulk(request: HttpRequest) -> HttpResponse:
    """``case``: a case's number, a dot, and how often it had changed hands on the page; once for each ticked box."""
    back = reverse("mct:case_list")
    if address := address_of(QueryDict(request.POST.get("back", "")[:2000])):
        back += f"?{address}"
    chosen = dict(filter(None, (ticked(text) for text in request.POST.getlist("case"))))
    regions, by = regions_of(request), person(request)
    form = BulkForm(request.POST, desk=desk_of(regions))
    act = request.POST.get("act", "")
    if mistake := mistake_in(act, form, len(chosen)):
        messages.error(request, mistake)
        return redirect(back)
    found = {case.uuid: case for case in Case.objects.in_regions(regions).filter(uuid__in=chosen).defer("notes")}
    verbs = verbs_of(act, form, chosen, by=by)
    tell(request, act, form, [outcome_of(found.get(uuid), uuid, act, verb) for uuid, verb in verbs.items()])
    return redirect(back)


def verbs_of(act: str, form: BulkForm, chosen: Mapping[UUID, int], *, by: User) -> dict[UUID, Callable[..., None]]:
    """For each chosen case, what is done with it."""
    if act == BulkForm.ASSIGN:
        return {uuid: partial(assign_case, to=form.assignee(), by=by, seen=seen) for uuid, seen in chosen.items()}
    reason = ClosingReason(form.cleaned_data["reason"])
    return {uuid: partial(close_case, reason=reason, by=by) for uuid in chosen}


def tell(request: HttpRequest, act: str, form: BulkForm, outcomes: Sequence[dict[str, str] | None]) -> None:
    """Say how many were done, and keep for the next page which were not, and why."""
    refused = [outcome for outcome in outcomes if outcome]
    if done := len(outcomes) - len(refused):
        messages.success(request, _told(act, done, form))
    if refused:
        # In the session, which is encrypted: a message might stand in a cookie, and names cases.
        request.session[OUTCOME] = refused


def ticked(text: str) -> tuple[UUID, int] | None:
    number, _dot, seen = text.partition(".")
    try:
        return UUID(number), int(seen[:10])
    except ValueError:
        return None


def mistake_in(act: str, form: BulkForm, count: int) -> str:
    if not count:
        return _("Tick the cases first, then choose what is done with them.")
    if count > MOST_AT_ONCE:
        return _("At most %(count)d cases at once. Tick fewer.") % {"count": MOST_AT_ONCE}
    valid = form.is_valid()
    if act == BulkForm.ASSIGN and not (valid and form.cleaned_data["to"]):
        return _("Choose to whom the cases are assigned.")
    if act == BulkForm.CLOSE and not (valid and form.cleaned_data["reason"]):
        return _("Choose why the cases are closed.")
    return "" if act in (BulkForm.ASSIGN, BulkForm.CLOSE) else _("Choose what is done with the cases.")


def outcome_of(case: Case | None, uuid: UUID, act: str, verb: Callable[..., None]) -> dict[str, str] | None:
    """None where it was done; else which case it was not done with, and why."""
    if case is None:
        return {"case": str(uuid)[:8], "uuid": "", "why": str(_WHY[_GONE])}
    try:
        verb(case=case)
    except _REFUSALS as error:
        kind = type(error)
        return {"case": str(case), "uuid": str(case.uuid), "why": str(_WHY.get(kind) or _WHY[kind, act])}
    if act in (DECLARE, APPROVE):
        case.refresh_from_db(fields=["state"])
        if case.state == CaseState.NEEDS_ATTENTION:
            return {"case": str(case), "uuid": str(case.uuid), "why": str(_WHY[_CAME_BETWEEN])}
    return None


def _told(act: str, done: int, form: BulkForm) -> str:
    if act == DECLARE:
        return ngettext("%(count)d case is on its way.", "%(count)d cases are on their way.", done) % {"count": done}
    if act == APPROVE:
        return ngettext("%(count)d case is approved.", "%(count)d cases are approved.", done) % {"count": done}
    if act == BulkForm.CLOSE:
        return ngettext("%(count)d case is closed.", "%(count)d cases are closed.", done) % {"count": done}
    words = ngettext("%(count)d case is assigned to: %(who)s.", "%(count)d cases are assigned to: %(who)s.", done)
    return words % {"count": done, "who": named(form.assignee())}
