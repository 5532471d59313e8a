from collections.abc import Callable

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clea_portal.accounts.person import person
from clea_portal.uploads import takes_pictures
from mct.access import own_regions, regions_of, tracers_only
from mct.camera import may_use_camera
from mct.cases import register_case
from mct.forms import EvidenceForm, RegisterForm
from mct.intake import MAX_PICTURES
from mct.models import Case

# A second button of the form: where the person was at several places, the next one is asked for at once.
NEXT = "then_another"


@tracers_only
@require_http_methods(["GET", "HEAD", "POST"])
@takes_pictures(most=MAX_PICTURES)
@may_use_camera
def case_register(request: HttpRequest) -> HttpResponse:
    regions = list(own_regions(request))
    if request.method != "POST":
        return _answer(request, RegisterForm(regions=regions), EvidenceForm(needed=False))
    form = RegisterForm(request.POST, regions=regions)
    evidence = EvidenceForm(request.POST, request.FILES, needed=False)
    if answer := register(request, form, evidence):
        return answer
    evidence.ask_for_pictures_again()
    return _answer(request, form, evidence)


def register(
    request: HttpRequest,
    form: RegisterForm,
    evidence: EvidenceForm,
    *,
    beside: Case | None = None,
    same_place: Callable[[], bool] = lambda: False,
) -> HttpResponse | None:
    """Register what two forms say, and lead to the case; None where they have to come back.

    ``same_place`` is asked once the forms are valid. Raises what ``take_spot`` does.
    """
    if not (form.is_valid() & evidence.is_valid()):
        return None
    try:
        case = register_case(
            region=form.chosen_region(),
            by=person(request),
            uuid=form.cleaned_data["number"],
            beside=beside,
            same_place=same_place(),
            **form.details(),
            **evidence.cleaned_data,
        )
    except IntegrityError:
        return _was_sent_before(request, form)
    messages.success(request, _("The case is registered."))
    if NEXT in request.POST:
        return redirect("mct:case_beside", case.uuid)
    return redirect("mct:case", case.uuid)


def _was_sent_before(request: HttpRequest, form: RegisterForm) -> HttpResponse | None:
    """The same form a second time leads to the case that the first one made.

    One that was changed in between, by going back in the browser, is not lost: sent again, it makes a case of its own.
    """
    own = Case.objects.in_regions(regions_of(request)).filter(created_by=person(request))
    case = own.filter(uuid=form.cleaned_data["number"]).first()
    if case is not None and all(getattr(case, name) == value for name, value in form.details().items()):
        messages.info(request, _("This form was sent before: here is its case."))
        return redirect("mct:case", case.uuid)
    form.renew_number()
    form.add_error(None, _("A case was made with this form before. To make another one of what stands here now, send it again."))
    return None


def _answer(request: HttpRequest, form: RegisterForm, evidence: EvidenceForm) -> HttpResponse:
    return render(request, "mct/register.html", {"form": form, "evidence_form": evidence, "regions": form.regions})
