"""A country's cluster server: where it is, what the portal shows it, and how much it flags."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clea_portal.accounts.person import person
from clea_portal.administration import servers
from clea_portal.administration.access import administered, administrators_only, sent
from clea_portal.administration.certificates import facts_of_certificate
from clea_portal.administration.fingerprints import forms_of, grouped
from clea_portal.administration.sections import tabs
from clea_portal.administration.server_forms import (
    AddressForm,
    CredentialsForm,
    ExposureForm,
    MessagesForm,
    VenueTypeRuleFormSet,
)
from clea_portal.authorities.exposures import rules
from clea_portal.authorities.models import Country, ServerAuthority, ServerKey
from clea_portal.protocol.keys import fingerprint, parse_private_key

SECTION = "administration:server"


def server_of(country: Country) -> ServerAuthority:
    """Raises Http404 while none has been entered."""
    return get_object_or_404(ServerAuthority, country=country)


def frame(country: Country, **context: Any) -> dict[str, Any]:
    return {"country": country, "tabs": tabs(country, current=SECTION), **context}


@administrators_only
@require_safe
def server(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    found = ServerAuthority.objects.filter(country=country).first()
    context = frame(country, server=found)
    if found is not None:
        types = {kind.number: kind for kind in country.venue_types.all()}
        context |= {
            "rules": rules(found),
            "exposures": [(types.get(row.venue_type, row.venue_type), row) for row in found.exposures.all()],
            "keys": (generations := list(found.keys.all())),
            # Of the one that codes are made with now, else of the first to come.
            "fingerprint": grouped(_shown(generations).fingerprint) if generations else "",
        }
    return render(request, "administration/server.html", context)


def _shown(generations: list[ServerKey]) -> ServerKey:
    now = timezone.now()
    return next((key for key in generations if key.valid_from <= now), generations[-1])


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    found = ServerAuthority.objects.filter(country=country).first()
    form = AddressForm(sent(request)[0], server=found)
    if request.method == "POST" and form.is_valid():
        servers.set_server(country=country, values=form.cleaned_data, by=person(request))
        for warning in form.warnings:
            messages.warning(request, warning)
        messages.success(request, _("Saved."))
        return redirect(SECTION, country.code)
    return render(request, "administration/server_address.html", frame(country, form=form))


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def credentials(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    found = server_of(country)
    form = CredentialsForm(sent(request)[0], server=found)
    if request.method == "POST" and form.is_valid():
        servers.set_server(country=country, values=form.values(), by=person(request))
        messages.success(request, _("Saved."))
        return redirect(SECTION, country.code)
    context = frame(country, form=form, server=found)
    if found.client_key:
        key = parse_private_key(found.client_key).public_key()
        context |= {"client_key": forms_of(key), "client_fingerprint": grouped(fingerprint(key))}
    if found.tls_certificate:
        context["certificate"] = facts_of_certificate(found.tls_certificate)
    return render(request, "administration/server_credentials.html", context)


@administrators_only
@require_POST
def new_client_key(request: HttpRequest, code: str) -> HttpResponse:
    """Where there is one already, the button has to be pressed on a page that says what follows."""
    country = administered(request, code)
    found = server_of(country)
    if found.client_key and request.POST.get("confirmed") != "yes":
        messages.warning(request, _("Confirm that the present key is given up."))
    else:
        servers.make_client_key(server=found, by=person(request))
        messages.success(request, _("The key is made. Hand its public half to the operator of the server."))
    return redirect("administration:server_credentials", country.code)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def incoming(request: HttpRequest, code: str) -> HttpResponse:
    """How the server shows the portal who it is, when it sends contact messages."""
    country = administered(request, code)
    if not country.has_tracing:
        raise Http404
    found = server_of(country)
    form = MessagesForm(sent(request)[0], server=found)
    if request.method == "POST" and form.is_valid():
        servers.set_server(country=country, values=form.cleaned_data, by=person(request))
        messages.success(request, _("Saved."))
        return redirect(SECTION, country.code)
    return render(request, "administration/server_incoming.html", frame(country, form=form))


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def exposure(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    found = server_of(country)
    types = {kind.number: kind for kind in country.venue_types.all()}
    form = ExposureForm(sent(request)[0], server=found)
    # A row that comes back counts as it is: beside rows that somebody else has changed meanwhile, it could pass for untouched.
    present = None if request.method == "POST" else list(found.exposures.values("venue_type", "slots_before", "slots_after"))
    rows = VenueTypeRuleFormSet(sent(request)[0], initial=present, form_kwargs={"types": types})
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        given = form.cleaned_data
        values = {
            "slot_seconds": given["slot_minutes"] * 60,
            "slots_before": given["slots_before"],
            "slots_after": given["slots_after"],
        }
        servers.set_server(country=country, values=values, by=person(request))
        servers.set_exposures(server=found, rules=rows.rules(), by=person(request))
        messages.success(request, _("Saved."))
        return redirect("administration:server_exposure" if "more" in request.POST else SECTION, country.code)
    return render(request, "administration/server_exposure.html", frame(country, form=form, rows=rows))
