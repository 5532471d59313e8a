"""What a contact's link opens: a page on a phone to send the day's code and the register by, without an account.

The token stands in one address only, which leads on at once to addresses that carry nothing and ask the session. That one has
``Referrer-Policy: no-referrer``; the others keep the portal's ``same-origin``, since without any referrer browsers name no origin
either, and the CSRF check lets no form through.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.keys import NoKey
from clea_portal.authorities.models import Country
from clea_portal.limits import seconds_to_wait
from clea_portal.uploads import takes_pictures
from mct import contact_links, register_pages
from mct.camera import may_use_camera
from mct.contact_forms import MOST_AT_ONCE, SendForm
from mct.contact_links import NothingSent, TooManyOpenings
from mct.contact_models import ContactLink
from mct.contact_page import ContactPage
from mct.intake import TooManyPictures
from mct.moves import IllegalMove, SomeoneWasFaster

# In the session, whose content is encrypted: the link, whether this browser has pressed the button, the receipt at the end.
SESSION_KEY = "contact_link"
MOST_UNKNOWN_A_MINUTE = 30
MOST_A_MINUTE = 240
MOST_SENDINGS, SENDINGS_SECONDS = 30, 600

Answer = Callable[[HttpRequest, ContactLink], HttpResponseBase]


def guarded(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Open to all, found by no search engine, kept by no cache; not there where no country traces contacts."""

    @login_not_required
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not Country.objects.exclude(deployment=Deployment.NONE).exists():
            raise Http404
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return answered


def for_visitors(view: Answer) -> Callable[..., HttpResponseBase]:
    """Finds the link that this browser has opened, and limits how often it asks."""

    @guarded
    @wraps(view)
    def visited(request: HttpRequest) -> HttpResponseBase:
        visit = request.session.get(SESSION_KEY, {})
        link = contact_links.still_open(visit["link"], now=timezone.now()) if visit else None
        if link is None:
            return _gone(request)
        wait = seconds_to_wait(f"contact:{link.pk}", limit=MOST_A_MINUTE, window=60)
        return _too_often(request, wait) if wait else view(request, link)

    return visited


def for_starters(view: Answer) -> Callable[..., HttpResponseBase]:
    """The same, where this browser's opening has been counted; else back to the page that has the button."""

    @for_visitors
    @wraps(view)
    def started(request: HttpRequest, link: ContactLink) -> HttpResponseBase:
        return view(request, link) if _has_started(request) else redirect("contact:page")

    return started


def before_uploads(view: Answer) -> Answer:
    """Lets a form with files in only from a browser that has pressed the button, and not too often; before the form is read."""

    @wraps(view)
    def limited(request: HttpRequest, link: ContactLink) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, link)
        if not _has_started(request):
            return redirect("contact:page")
        wait = seconds_to_wait(f"contact-sending:{link.pk}", limit=MOST_SENDINGS, window=SENDINGS_SECONDS)
        return _too_often(request, wait) if wait else view(request, link)

    return limited


@guarded
@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """The address that was sent. Opening it counts for nothing yet: programs that look at messages open it too."""
    link = contact_links.find_by_token(token, now=timezone.now())
    if link is None:
        address = get_adapter().get_client_ip(request)
        wait = seconds_to_wait(f"unknown-contact:{address}", limit=MOST_UNKNOWN_A_MINUTE, window=60)
        response = _too_often(request, wait) if wait else _gone(request)
    else:
        if request.session.get(SESSION_KEY, {}).get("link") != str(link.uuid):
            request.session[SESSION_KEY] = {"link": str(link.uuid), "started": False}
        response = redirect("contact:page")
    response["Referrer-Policy"] = "no-referrer"
    return response


@for_visitors
@require_POST
def start(request: HttpRequest, link: ContactLink) -> HttpResponse:
    """This browser is one of those that the link may be opened in."""
    if not _has_started(request):
        try:
            contact_links.open_anew(link, now=timezone.now())
        except SomeoneWasFaster:
            return _gone(request)
        except TooManyOpenings:
            return redirect("contact:page")
        request.session[SESSION_KEY] = {"link": str(link.uuid), "started": True}
    return redirect("contact:page")


@for_visitors
@require_http_methods(["GET", "HEAD", "POST"])
@before_uploads
@takes_pictures(most=MOST_AT_ONCE)
@may_use_camera
def page(request: HttpRequest, link: ContactLink) -> HttpResponse:
    """What will happen, with a button; after it, what to send and what became of it."""
    if not _has_started(request):
        country = link.case.region.country
        context = {"is_full": not link.openings_left, "region": link.case.region, "days": country.register_page_retention_days}
        return render(request, "mct/contact/start.html", context)
    return _send(request, link) if request.method == "POST" else _show(request, link)


def _send(request: HttpRequest, link: ContactLink) -> HttpResponse:
    """One of the two forms. What it holds lies on no disk before it is sealed, or encrypted in the database."""
    now = timezone.now()
    shown = ContactPage.read(link)
    is_register = "register-what" in request.POST
    form = shown.form(SendForm.REGISTER if is_register else SendForm.CODE, request)
    if not form.is_valid():
        if request.FILES:
            form.add_error(None, _("Nothing of this was sent. Choose the files again: browsers do not keep them."))
    else:
        try:
            if is_register:
                register_pages.keep_pages(link, contents=form.contents(), now=now)
                messages.success(request, _("The register pages have arrived. Only the contact tracing team can open them."))
            else:
                contact_links.send_codes(link, pictures=form.contents(), read=form.links(), now=now)
                messages.success(request, _code_arrived(form))
            return redirect("contact:page")
        except (TooManyPictures, register_pages.TooManyFiles):
            form.add_error(None, _("These are more files than the team can take. What you have sent already is there."))
        except IllegalMove:
            form.add_error(None, _("The team has the code already. Thank you: it needs no more pictures of it."))
        except NoKey:
            form.add_error(None, _("The team cannot take register pages here at the moment. Tell it so on the phone."))
        except SomeoneWasFaster:
            return _gone(request)
    return _show(request, link, form=form)


@for_starters
@require_safe
def status(request: HttpRequest, link: ContactLink) -> HttpResponse:
    """What the open page asks for while pictures are read."""
    if not request.headers.get("HX-Request"):
        return redirect("contact:page")
    shown = ContactPage.read(link)
    if shown.version == request.GET.get("seen"):
        return HttpResponse(status=204)
    return render(request, "mct/contact/live.html", {"shown": shown})


@for_starters
@require_POST
def done(request: HttpRequest, link: ContactLink) -> HttpResponse:
    try:
        receipt = contact_links.finish(link, now=timezone.now())
    except NothingSent:
        messages.warning(request, _("You have sent nothing yet. Take a photo of the code or of the register first."))
        return redirect("contact:page")
    except SomeoneWasFaster:
        return _gone(request)
    request.session[SESSION_KEY] = {"link": str(link.uuid), "started": True, "receipt": receipt}
    return redirect("contact:thanks")


@guarded
@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    receipt = request.session.get(SESSION_KEY, {}).get("receipt")
    return render(request, "mct/contact/thanks.html", {"receipt": receipt}) if receipt else _gone(request)


def _show(request: HttpRequest, link: ContactLink, *, form: SendForm | None = None) -> HttpResponse:
    shown = ContactPage.read(link)
    forms = {what: form if form and form.prefix == what else shown.form(what) for what in (SendForm.CODE, SendForm.REGISTER)}
    return render(request, "mct/contact/page.html", {"shown": shown, "region": link.case.region, **_named(forms)})


def _code_arrived(form: SendForm) -> str:
    if form.contents():
        return _("The picture of the code has arrived. It is being read: see below.")
    return _("The code has arrived.")


def _named(forms: dict[str, SendForm]) -> dict[str, SendForm]:
    return {f"{what}_form": form for what, form in forms.items()}


def _has_started(request: HttpRequest) -> bool:
    return bool(request.session.get(SESSION_KEY, {}).get("started"))


def _gone(request: HttpRequest) -> HttpResponse:
    """One answer for links that were used up, called off, replaced, are too old or never were. An open page is loaded anew."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    receipt = request.session.get(SESSION_KEY, {}).get("receipt")
    return render(request, "mct/contact/gone.html", {"receipt": receipt}, status=404)


def _too_often(request: HttpRequest, wait: int) -> HttpResponse:
    minutes = -(-wait // 60)
    again = ngettext("Try again in %(count)s minute.", "Try again in %(count)s minutes.", minutes) % {"count": minutes}
    response = render(request, "mct/contact/too_often.html", {"again": again}, status=429)
    response["Retry-After"] = str(wait)
    return response
