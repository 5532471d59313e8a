"""Several places, spans and codes of one person: another one is added, all are seen and acted on together."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from clea_portal.accounts.person import person
from clea_portal.audit.trail import record_read
from clea_portal.uploads import takes_pictures
from mct import dossiers, linking
from mct.access import find_case, own_regions, regions_of, tracers_only
from mct.assigning import desk_of
from mct.declaring import approve, declare
from mct.desk_forms import BulkForm
from mct.dossier_forms import BesideForm
from mct.dossier_page import Siblings, with_plans
from mct.dossiers import MOST_CASES, TooManyCases
from mct.enums import CaseState
from mct.forms import EvidenceForm
from mct.intake import MAX_PICTURES
from mct.models import Case
from mct.moves import IllegalMove, SomeoneWasFaster
from mct.views.bulk import APPROVE, DECLARE, mistake_in, outcome_of, tell, ticked, verbs_of
from mct.views.listing import OUTCOME
from mct.views.registering import register

_METHODS = ["GET", "HEAD", "POST"]


@tracers_only
@require_http_methods(_METHODS)
@takes_pictures(most=MAX_PICTURES)
def case_beside(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Another place or span of the same person; ``at=same`` in the address: another code or time of the same place."""
    case, regions = find_case(request, uuid), list(own_regions(request))
    at = BesideForm.SAME if request.GET.get("at") == BesideForm.SAME else BesideForm.OTHER
    if request.method != "POST":
        record_read(actor=person(request), verb="opened_to_add_beside", on=case)
        form = BesideForm(regions=regions, beside=case, at=at)
        return render(request, "mct/beside.html", _words(case, form, EvidenceForm(needed=False)))
    form = BesideForm(request.POST, regions=regions, beside=case, at=request.POST.get("at", BesideForm.OTHER))
    evidence = EvidenceForm(request.POST, request.FILES, needed=False)
    try:
        answer = register(request, form, evidence, beside=case, same_place=lambda: form.is_same_place)
    except TooManyCases:
        form.add_error(None, too_many())
    except SomeoneWasFaster:
        form.add_error(None, _("Somebody else has just added a case of the same person. Send yours again."))
    except IllegalMove:
        form.add_error(None, _("The other case was merged into another one meanwhile. Go there to add this place."))
    else:
        if answer:
            return answer
    evidence.ask_for_pictures_again()
    return render(request, "mct/beside.html", _words(case, form, evidence))


def _words(case: Case, form: BesideForm, evidence: EvidenceForm) -> dict[str, object]:
    return {"case": case, "form": form, "evidence_form": evidence, "regions": form.regions}


def too_many() -> str:
    return _("One person has at most %(count)d cases. Register further ones by themselves.") % {"count": MOST_CASES}


@tracers_only
@require_http_methods(_METHODS)
def case_person(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """All cases of the same person: what would be declared of each, and what can be done with the ticked ones at once.

    By POST as ``cases_bulk``, and ``act`` may be to declare or approve; ``seen``: as ``Sibling.seen``, once for each case.
    """
    case, now, user = find_case(request, uuid), timezone.now(), person(request)
    desk = desk_of(regions_of(request))
    siblings = Siblings.read(case, user=user)
    if not siblings.is_shown:
        messages.info(request, _("No other case of the same person is known."))
        return redirect("mct:case", case.uuid)
    if request.method == "POST":
        _act(request, BulkForm(request.POST, desk=desk), {row.case.uuid: row.case for row in siblings.rows})
        return redirect("mct:case_person", case.uuid)
    record_read(actor=user, verb="opened_together", on=case, cases=len(siblings.rows))
    rows = with_plans(siblings, now=now)
    four_eyes = case.region.country.four_eyes
    context = {
        "case": case,
        "siblings": siblings,
        "rows": rows,
        "ready": sum(row.case.state == CaseState.READY and row.going is not None and not row.going.obstacle for row in rows),
        "to_approve": sum(row.case.state == CaseState.AWAITING_APPROVAL and row.case.proposed_by_id != user.pk for row in rows),
        "four_eyes": four_eyes,
        "bulk": BulkForm(desk=desk),
        "outcome": request.session.pop(OUTCOME, None),
    }
    return render(request, "mct/person.html", context)


def _act(request: HttpRequest, form: BulkForm, found: dict[UUID, Case]) -> None:
    """Of what is ticked, declaring takes the cases that are ready, and approving those that wait for it."""
    act, by = request.POST.get("act", ""), person(request)
    chosen = dict(filter(None, (ticked(text) for text in request.POST.getlist("case"))))
    verbs: dict[UUID, Callable[..., None]]
    takes = {DECLARE: (CaseState.READY, declare), APPROVE: (CaseState.AWAITING_APPROVAL, approve)}.get(act)
    if takes is None:
        if mistake := mistake_in(act, form, len(chosen)):
            messages.error(request, mistake)
            return
        verbs = verbs_of(act, form, chosen, by=by)
    else:
        state, verb = takes
        seen = dict(filter(None, (_seen(text) for text in request.POST.getlist("seen"))))
        fitting = [uuid for uuid in chosen if uuid in seen and uuid in found and found[uuid].state == state]
        if not fitting:
            messages.error(request, _("None of the ticked cases is ready for that. Look again."))
            return
        verbs = {uuid: partial(verb, by=by, seen=seen[uuid]) for uuid in fitting}
    tell(request, act, form, [outcome_of(found.get(uuid), uuid, act, verb) for uuid, verb in verbs.items()])


def _seen(text: str) -> tuple[UUID, datetime] | None:
    number, _at, moment = text.partition("@")
    try:
        parsed = parse_datetime(moment)
        return (UUID(number), parsed) if parsed else None
    except ValueError:
        return None


@tracers_only
@require_POST
def case_leave(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The case is not of the same person after all."""
    case = find_case(request, uuid)
    try:
        dossiers.take_out(case=case, by=person(request))
    except SomeoneWasFaster:
        messages.warning(request, _("The case has changed meanwhile. Look again."))
    else:
        messages.success(request, _("The case stands alone now."))
    return redirect("mct:case", case.uuid)


@tracers_only
@require_POST
def codes_split(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """``code``: the number of a code of the case, once for each at which the person was."""
    case = find_case(request, uuid)
    wanted = set(request.POST.getlist("code"))
    codes = [code for code in case.codes.all() if str(code.uuid) in wanted]
    if not codes:
        messages.error(request, _("Tick the codes of the places where the person was."))
        return redirect("mct:case", case.uuid)
    try:
        if len({code.ltid for code in codes}) == 1:
            linking.choose_code(case=case, code=codes[0], by=person(request))
            messages.success(request, _("The code is chosen."))
        else:
            new = dossiers.split_codes(case=case, codes=codes, by=person(request))
            words = ngettext(
                "The code is chosen, and %(count)d more case is made, of the other code. Correct its hours if need be.",
                "The code is chosen, and %(count)d more cases are made, of the other codes. Correct their hours if need be.",
                len(new),
            )
            messages.success(request, words % {"count": len(new)})
    except TooManyCases:
        messages.error(request, too_many())
    except (IllegalMove, SomeoneWasFaster):
        messages.warning(request, _("The case has changed meanwhile. Look again."))
    return redirect("mct:case", case.uuid)
