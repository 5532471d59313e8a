"""The print page of whatever an app wants printed, and what it hands out."""

from typing import Any
from uuid import UUID

import structlog
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clea_portal.accounts.models import Membership, Organisation
from clea_portal.accounts.person import person
from clea_portal.codes.access import WRITERS
from clea_portal.codes.messages import archived_message, replaced_message
from clea_portal.codes.printing import making
from clea_portal.codes.printing.forms import PrintForm
from clea_portal.codes.printing.jobs import order_prints
from clea_portal.codes.printing.logos import forget_logo, keep_logo, logos_for
from clea_portal.codes.printing.messages import nothing_message, too_many_pages_message, unreadable_message
from clea_portal.codes.printing.options import BUNDLES, PrintOptions
from clea_portal.codes.printing.planning import TooManyPages, check_size, copies_of, pages_of
from clea_portal.codes.printing.preview import preview
from clea_portal.codes.printing.subjects import Subject
from clea_portal.jobs.files import disposition
from clea_portal.jobs.models import BACK_TO_LIMIT
from clea_portal.jobs.running import TooManyJobs, too_many_message
from clea_portal.posters.errors import BadPoster, LogoTooLarge, PosterUnreadable
from clea_portal.posters.logos import MAX_BYTES

logger = structlog.get_logger(__name__)

DOWNLOAD = "download"


def print_page(request: HttpRequest, subject: Subject) -> HttpResponseBase:
    """The form with a live picture; or, when it is sent, a file at once, or the page of the job that makes it."""
    if any(place.archived_at is not None for place in subject.places):
        messages.warning(request, archived_message())
        return redirect(subject.back_to)
    if not subject.printables:
        messages.warning(request, nothing_message())
        return redirect(subject.back_to)
    logos = logos_for(subject.organisation, just_sent=request.GET.get("logo", "")) if subject.organisation else []
    form = PrintForm(request.POST or None, subject=subject, logos=logos, initial=_asked_for(request, subject))
    options: PrintOptions | None = form.default_options()
    if request.method == "POST":
        options = form.options() if form.is_valid() else None
    # htmx sends the button that has the focus along with what was changed: only a whole form that is sent asks for a file.
    is_part = bool(request.headers.get("HX-Request"))
    act = request.POST.get("act", "")
    if options and not is_part and (act == DOWNLOAD or (act in BUNDLES and subject.has_bundle)):
        answer = _hand_out(request, subject, options if act == DOWNLOAD else options.with_output(act))
        if answer is not None:
            return answer
    context = {"form": form, "subject": subject, "preview": options and preview(subject, options)}
    if is_part:
        return render(request, "printing/preview.html", context)
    if subject.organisation:
        context |= {"may_change_logo": _writes_for(request, subject.organisation), "remembered": _remembered(logos)}
    return render(request, "printing/page.html", context)


def _hand_out(request: HttpRequest, subject: Subject, options: PrintOptions) -> HttpResponseBase | None:
    """Nothing when it cannot be made as it was chosen: a message says why, and the form keeps what was chosen."""
    try:
        check_size(options.chosen(subject), options)
        if options.output in BUNDLES or pages_of(copies_of(options.chosen(subject), options), options) > 1:
            return _order(request, subject, options)
        made = making.make(subject, options, by=person(request))
    except making.Overtaken:
        messages.warning(request, replaced_message())
        return redirect(subject.back_to)
    except TooManyPages as error:
        messages.error(request, too_many_pages_message(error))
        return None
    except BadPoster as error:
        messages.error(request, str(error))
        return None
    except PosterUnreadable:
        logger.error("file_unreadable", kind=options.output)
        messages.error(request, unreadable_message())
        return None
    headers = {"Content-Disposition": disposition(made.name), "Cache-Control": "private, no-store"}
    return FileResponse(made.file, content_type=made.content_type, headers=headers)


def _order(request: HttpRequest, subject: Subject, options: PrintOptions) -> HttpResponse:
    try:
        job = order_prints(subject, options, by=person(request), back_to=_address(request, subject))
    except TooManyJobs:
        messages.warning(request, too_many_message())
        return redirect("jobs:list")
    return redirect("jobs:detail", job.uuid)


def _asked_for(request: HttpRequest, subject: Subject) -> dict[str, Any]:
    """``?code=``: only this one of the codes is ticked at first, on the way from the page of a room."""
    keys = [printable.key for printable in subject.printables if printable.key == request.GET.get("code")]
    return {"keys": keys, "fill": True} if keys else {}


def _address(request: HttpRequest, subject: Subject) -> str:
    """Of this page; of a selection too long to be kept, the page that it was made on."""
    address = request.get_full_path()
    return address if len(address) <= BACK_TO_LIMIT else subject.back_to


@require_POST
def logo(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Send a logo for the next print, or have the organisation remember it; or forget the remembered one."""
    organisation = get_object_or_404(Organisation.objects.of_member(person(request)), uuid=uuid)
    back_to = request.POST.get("next", "")
    is_here = url_has_allowed_host_and_scheme(back_to, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    if not is_here or not back_to.startswith("/"):
        back_to = "/"
    if request.POST.keys() & {"forget", "remember"} and not _writes_for(request, organisation):
        raise PermissionDenied
    if "forget" in request.POST:
        forget_logo(organisation=organisation, by=person(request))
        return redirect(back_to)
    sent = request.FILES.get("file")
    if sent is None or not sent.size:
        messages.error(request, _("Choose a file first: a PNG, a JPEG or an SVG."))
    elif sent.size > MAX_BYTES:
        messages.error(request, str(LogoTooLarge()))
    else:
        try:
            kept = keep_logo(sent.read(), organisation=organisation, remember="remember" in request.POST, by=person(request))
        except BadPoster as error:
            messages.error(request, str(error))
        else:
            back_to = f"{back_to.partition('?')[0]}?logo={kept.uuid}"
    return redirect(back_to)


def _writes_for(request: HttpRequest, organisation: Organisation) -> bool:
    return Membership.objects.filter(user=person(request), organisation=organisation, role__in=WRITERS).exists()


def _remembered(logos: list[Any]) -> bool:
    return any(own.remembered for own in logos)
