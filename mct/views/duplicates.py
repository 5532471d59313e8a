"""Two cases that look the same: compared, merged, told apart, or said to be of the same person."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clea_portal.accounts.person import person
from clea_portal.audit.trail import record_read
from mct import dossiers, duplicates, merging
from mct.access import find_case, tracers_only
from mct.dossier_forms import MergeForm, numbered
from mct.dossiers import OtherPerson, TooManyCases
from mct.duplicates import compare, to_keep, told_apart
from mct.merging import DeclaredTheOther, HoursWouldBeLost, SomethingIsUnderWay, TwoPlacesDeclared, TwoRegions, can_span
from mct.moves import IllegalMove, SomeoneWasFaster
from mct.views.dossier import too_many
from mct.words import span


@tracers_only
@require_http_methods(["GET", "HEAD", "POST"])
def case_duplicate(request: HttpRequest, uuid: UUID, other: UUID) -> HttpResponse:
    """Both side by side; by POST, merged."""
    case, twin = find_case(request, uuid), find_case(request, other)
    if case.pk == twin.pk:
        messages.warning(request, _("This is one and the same case."))
        return redirect("mct:case", case.uuid)
    keep = to_keep(case, twin)
    form = MergeForm(request.POST if request.method == "POST" else None, case=case, other=twin, keep=keep)
    if request.method == "POST" and form.is_valid():
        pair = (case, twin) if form.cleaned_data["keep"] == case.uuid else (twin, case)
        seen = form.cleaned_data["seen"], form.cleaned_data["seen_other"]
        try:
            merging.merge(
                case=pair[0], duplicate=pair[1], by=person(request), seen=seen if pair[0] is case else (seen[1], seen[0])
            )
        except (SomeoneWasFaster, IllegalMove):
            messages.warning(request, _("Someone was faster: one of the two cases has changed meanwhile. Look again."))
            return redirect("mct:case", case.uuid)
        except (SomethingIsUnderWay, DeclaredTheOther, TwoPlacesDeclared, TwoRegions, HoursWouldBeLost) as error:
            form.add_error(None, _why_not(error))
        else:
            messages.success(request, _("Merged. Everything of the other case is here now."))
            return redirect("mct:case", pair[0].uuid)
    record_read(actor=person(request), verb="compared", on=case, other=str(twin.uuid))
    context = {
        "case": case,
        "other": twin,
        "names": (numbered(case), numbered(twin)),
        "rows": compare(case, twin),
        "form": form,
        "mergeable": not {case.state, twin.state} & {"closed"},
        "spans": can_span(case, twin),
        "is_apart": twin.pk in {each.pk for each in told_apart(case)},
        "same_person": case.dossier_id is not None and case.dossier_id == twin.dossier_id,
    }
    return render(request, "mct/duplicate.html", context)


def _why_not(error: Exception) -> str:
    match error:
        case SomethingIsUnderWay():
            return _(
                "A code of one of the two is being read, or a declaration is on its way, held, or undecided. "
                "Wait until that is over, or withdraw it, then merge."
            )
        case DeclaredTheOther():
            return _("Only one of the two has declared something: keep that one.")
        case TwoRegions():
            return _("They are of two regions. A lead hands one of them over first, then they can be merged.")
        case TwoPlacesDeclared():
            return _(
                "Both have declared hours, of different codes: they are two places. "
                "Put them together as cases of the same person instead."
            )
        case _:
            start, end = error.args
            return _(
                "%(hours)s of the other case would be lost: nobody has declared them, and the hours of the case that stays "
                "can no longer change. Declare the other case first, which joins what is declared already, then merge."
            ) % {"hours": span(start, end)}


@tracers_only
@require_POST
def duplicate_apart(request: HttpRequest, uuid: UUID, other: UUID) -> HttpResponse:
    """``revoke``, where it is sent: take back that they are not the same."""
    case, twin = find_case(request, uuid), find_case(request, other)
    try:
        if "revoke" in request.POST:
            duplicates.no_longer_apart(case=case, other=twin, by=person(request))
            messages.success(request, _("The two cases may be proposed as the same again."))
        else:
            duplicates.keep_apart(case=case, other=twin, by=person(request))
            messages.success(request, _("Noted: they are not the same. Neither proposes the other any more."))
    except IllegalMove:
        messages.warning(request, _("This is one and the same case."))
    return redirect("mct:case", case.uuid)


@tracers_only
@require_POST
def duplicate_person(request: HttpRequest, uuid: UUID, other: UUID) -> HttpResponse:
    """They are two places or spans of the same person."""
    case, twin = find_case(request, uuid), find_case(request, other)
    try:
        dossiers.put_together(case=case, other=twin, by=person(request))
    except OtherPerson:
        messages.error(request, _("Each of the two is with other cases of a person already. Take one of them out there first."))
    except TooManyCases:
        messages.error(request, too_many())
    except (SomeoneWasFaster, IllegalMove):
        messages.warning(request, _("The case has changed meanwhile. Look again."))
    else:
        messages.success(request, _("Noted: they are of the same person."))
    return redirect("mct:case", case.uuid)
