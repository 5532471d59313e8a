"""An agent asks a place for the code of a day: its manager by a number said on the phone or a link, or whoever is there by a link
that needs no account (contact_link).
"""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from clea_portal.accounts.person import person
from mct import sharing
from mct.access import find_case, tracers_only
from mct.contact_forms import MailForm
from mct.contact_models import ContactLink
from mct.contact_words import address, messages_of
from mct.enums import CaseState
from mct.models import Case, CodeRequest
from mct.moves import IllegalMove


@tracers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case_ask(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The two ways to ask a place: its manager by a number and link, whoever is there by a contact's link.

    By POST, a new number and link for the manager.
    """
    case, now = find_case(request, uuid), timezone.now()
    if request.method == "POST":
        try:
            sharing.ask_for_code(case=case, by=person(request), now=now)
        except IllegalMove:
            messages.warning(request, _("This case takes no more codes."))
            return redirect("mct:case", case.uuid)
        return redirect("mct:case_ask", case.uuid)
    if case.state == CaseState.CLOSED:
        messages.warning(request, _("This case takes no more codes."))
        return redirect("mct:case", case.uuid)
    return show_ways(request, case, now=now)


def show_ways(request: HttpRequest, case: Case, *, now: datetime, mail_form: MailForm | None = None) -> HttpResponse:
    """``mail_form``: the one that came back."""
    asked = CodeRequest.objects.open(now).filter(case=case).first()
    contact = ContactLink.objects.open(now).filter(case=case).select_related("case__region__country").first()
    context = {
        "case": case,
        "takes_codes": sharing.can_be_asked_for(case),
        "asked": asked,
        "number": asked.number if asked and asked.number_expires_at > now else "",
        "link": request.build_absolute_uri(reverse("share:open", args=[asked.token])) if asked else "",
        "site": request.build_absolute_uri(reverse("share:enter")),
        "contact": contact,
        "contact_address": address(contact) if contact else "",
        "messages_of_contact": messages_of(contact) if contact else [],
        "mail_form": mail_form or MailForm(initial={"language": get_language()}),
    }
    return render(request, "mct/ask.html", context)


@tracers_only
@require_POST
def case_ask_stop(request: HttpRequest, uuid: UUID) -> HttpResponse:
    case = find_case(request, uuid)
    sharing.call_off(case=case, by=person(request))
    messages.success(request, _("The number and the link no longer work."))
    return redirect("mct:case", case.uuid)
