"""What a cluster server has accepted is withdrawn there: asked twice, with a reason."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clea_portal.accounts.person import person
from mct.access import find_case, tracers_only
from mct.declaring import goes_on_without
from mct.enums import CaseState
from mct.moves import IllegalMove, SomeoneWasFaster
from mct.withdrawal_form import WithdrawalForm
from mct.withdrawing import can_be_taken_back, take_back
from mct.words import span


@tracers_only
@require_http_methods(["GET", "HEAD", "POST"])
def case_take_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    case = find_case(request, uuid)
    declarations = [row for row in case.declarations.select_related("server") if can_be_taken_back(row)]
    if case.state == CaseState.CLOSED or not declarations:
        messages.warning(request, _("Nothing of this case can be withdrawn at the server."))
        return redirect("mct:case", case.uuid)
    form = WithdrawalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            take_back(case=case, reason=form.cleaned_data["reason"], by=person(request))
        except (IllegalMove, SomeoneWasFaster):
            messages.warning(request, _("The case has changed meanwhile. Look again."))
        else:
            messages.success(request, _("The withdrawal is ordered. The portal repeats it until the server has answered."))
        return redirect("mct:case", case.uuid)
    rows = [
        {"hours": span(row.start, row.end), "server": row.server.name, "shared": goes_on_without(row, case)}
        for row in declarations
    ]
    return render(request, "mct/take_back.html", {"form": form, "case": case, "rows": rows})
