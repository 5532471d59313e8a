"""An agent's side of a contact's link: made, shown as a QR code, mailed, called off. mct.views.asking shows it."""

import io
from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from clea_portal.accounts.person import person
from clea_portal.audit.trail import record_act
from clea_portal.limits import seconds_to_wait
from mct import contact_links
from mct.access import find_case, tracers_only
from mct.contact_forms import MailForm
from mct.contact_models import ContactLink
from mct.contact_words import address, mail_link
from mct.models import Case
from mct.moves import IllegalMove
from mct.views.asking import show_ways

MAILS_PER_HOUR = 20
HOUR = 3600


@tracers_only
@require_POST
def contact_link(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A new link; the one before no longer works."""
    case = find_case(request, uuid)
    try:
        contact_links.make_link(case=case, by=person(request), now=timezone.now())
    except IllegalMove:
        messages.warning(request, _("The case is closed: nobody can send anything to it any more."))
        return redirect("mct:case", case.uuid)
    return _back(case)


@tracers_only
@require_POST
def contact_link_stop(request: HttpRequest, uuid: UUID) -> HttpResponse:
    case = find_case(request, uuid)
    contact_links.revoke_link(case=case, by=person(request), now=timezone.now())
    messages.success(request, _("The contact’s link no longer works."))
    return _back(case)


@tracers_only
@require_safe
def contact_link_code(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The link as a QR code, for a contact who stands before the screen."""
    link = _open_link(find_case(request, uuid))
    picture = io.BytesIO()
    segno.make_qr(address(link), error="m").save(picture, kind="svg", scale=6, border=4, dark="#000", light="#fff", nl=False)
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml", headers={"Cache-Control": "private, no-store"})


@tracers_only
@never_cache
@require_POST
def contact_link_mail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Mail the link to an address that is typed. It is kept nowhere, not even in the audit trail."""
    case, now = find_case(request, uuid), timezone.now()
    link = _open_link(case)
    form = MailForm(request.POST)
    if form.is_valid():
        user = person(request)
        wait = seconds_to_wait(f"contact-mail:{user.pk}", limit=MAILS_PER_HOUR, window=HOUR)
        if wait:
            form.add_error(None, _too_many(wait))
        elif mail_link(link, to=form.cleaned_data["address"], language=form.cleaned_data["language"]):
            record_act(actor=user, verb="contact_link_mailed", on=case)
            messages.success(request, _("The mail is on its way."))
            return _back(case)
        else:
            form.add_error(None, _("The mail could not be sent. Copy the text and send it yourself, or try again later."))
    return show_ways(request, case, now=now, mail_form=form)


def _open_link(case: Case) -> ContactLink:
    links = ContactLink.objects.open(timezone.now()).select_related("case__region__country")
    return get_object_or_404(links, case=case)


def _back(case: Case) -> HttpResponse:
    return redirect(f"{reverse('mct:case_ask', args=[case.uuid])}#by-contact")


def _too_many(wait: int) -> str:
    minutes = -(-wait // 60)
    again = ngettext("Try again in %(count)s minute.", "Try again in %(count)s minutes.", minutes) % {"count": minutes}
    return _("You have mailed %(limit)s links within an hour.") % {"limit": MAILS_PER_HOUR} + " " + again
