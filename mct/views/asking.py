"""An agent asks the manager of a place for the code of a day, by a number said on the phone or a link."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from clea_portal.accounts.person import person
from mct import sharing
from mct.access import find_case, tracers_only
from mct.models import CodeRequest
from mct.moves import IllegalMove


@tracers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case_ask(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The number and link that are open for the case; by POST, new ones."""
    case, now = find_case(request, uuid), timezone.now()
    if request.method == "POST":
        try:
            sharing.ask_for_code(case=case, by=person(request), now=now)
        except IllegalMove:
            messages.warning(request, _("This case takes no more codes."))
            return redirect("mct:case", case.uuid)
        return redirect("mct:case_ask", case.uuid)
    if not sharing.can_be_asked_for(case):
        messages.warning(request, _("This case takes no more codes."))
        return redirect("mct:case", case.uuid)
    asked = CodeRequest.objects.open(now).filter(case=case).first()
    context = {
        "case": case,
        "asked": asked,
        "number": asked.number if asked and asked.number_expires_at > now else "",
        "link": request.build_absolute_uri(reverse("share:open", args=[asked.token])) if asked else "",
        "site": request.build_absolute_uri(reverse("share:enter")),
    }
    return render(request, "mct/ask.html", context)


@tracers_only
@require_POST
def case_ask_stop(request: HttpRequest, uuid: UUID) -> HttpResponse:
    case = find_case(request, uuid)
    sharing.call_off(case=case, by=person(request))
    messages.success(request, _("The number and the link no longer work."))
    return redirect("mct:case", case.uuid)
