"""Key pairs of contact tracing: their generations, new ones, and what a rotation will change."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clea_portal.accounts.errors import Refused
from clea_portal.accounts.person import person
from clea_portal.administration.access import administered, administrators_only
from clea_portal.administration.consenting import administrators_of
from clea_portal.administration.generations import GenerationState, generation_of, generations_of
from clea_portal.administration.sections import tabs
from clea_portal.administration.tracing_forms import PrivateKeyForm, StartForm
from clea_portal.administration.tracing_keys import add_tracing_key, prove, take_back
from clea_portal.authorities.consents import KeyConsent
from clea_portal.authorities.key_uses import unrecorded
from clea_portal.authorities.models import Country, TracingKey

TAB = "administration:tracing"


def tracing_country(request: HttpRequest, code: str) -> Country:
    """One that has contact tracing keys. Raises Http404."""
    country = administered(request, code)
    if not (country.issues_codes and country.has_tracing):
        raise Http404
    return country


def frame(country: Country, **context: Any) -> dict[str, Any]:
    return {"country": country, "tabs": tabs(country, current=TAB), **context}


def find_key(country: Country, fingerprint: str) -> TracingKey:
    """Its private key not read. Raises Http404."""
    keys = TracingKey.objects.defer("private_key").select_related("authority__country")
    return get_object_or_404(keys, authority__country=country, fingerprint=fingerprint)


@administrators_only
@require_safe
def tracing(request: HttpRequest, code: str) -> HttpResponse:
    country, now = tracing_country(request, code), timezone.now()
    waiting = KeyConsent.objects.open(now).filter(key__authority__country=country)
    context = frame(
        country,
        generations=generations_of(country, now=now),
        consents=waiting.select_related("key", "asked_by"),
        alone=len(administrators_of(country)) < 2,
    )
    return render(request, "administration/tracing.html", context)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest, code: str) -> HttpResponse:
    country = tracing_country(request, code)
    form = StartForm(request.POST) if request.method == "POST" else StartForm()
    if request.method == "POST" and form.is_valid():
        try:
            made = add_tracing_key(country, valid_from=form.cleaned_data["valid_from"], by=person(request), now=timezone.now())
        except Refused as refusal:
            form.add_error("valid_from", str(refusal))
        else:
            messages.success(request, _("The pair is made, and proven to belong together. Compare its fingerprint."))
            return redirect("administration:tracing_key", code, made.fingerprint)
    return render(request, "administration/tracing_make.html", frame(country, form=form))


@sensitive_variables()
@administrators_only
@sensitive_post_parameters("pasted", "passphrase", "expected")
@require_http_methods(["GET", "HEAD", "POST"])
def import_pair(request: HttpRequest, code: str) -> HttpResponse:
    country = tracing_country(request, code)
    form = PrivateKeyForm(request.POST, request.FILES) if request.method == "POST" else PrivateKeyForm()
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            added = add_tracing_key(
                country,
                private_key=given["key"],
                public_key=given["public"],
                valid_from=given["valid_from"],
                by=person(request),
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("The pair is imported, and proven to belong together. Compare its fingerprint."))
            return redirect("administration:tracing_key", code, added.fingerprint)
    return render(request, "administration/tracing_import.html", frame(country, form=form))


@administrators_only
@require_safe
def key(request: HttpRequest, code: str, fingerprint: str) -> HttpResponse:
    country, now = tracing_country(request, code), timezone.now()
    found = find_key(country, fingerprint)
    context = frame(
        country,
        generation=generation_of(found, now=now),
        states=GenerationState,
        consents=found.consents.select_related("asked_by", "approved_by", "key")[:20],
        alone=len(administrators_of(country)) < 2,
        unrecorded_days=unrecorded(country).days,
    )
    return render(request, "administration/tracing_key.html", context)


@administrators_only
@require_safe
def rehearsal(request: HttpRequest, code: str, fingerprint: str) -> HttpResponse:
    """What changes on its day, and a round trip with the pair; nothing is written."""
    country, now = tracing_country(request, code), timezone.now()
    found = find_key(country, fingerprint)
    if found.destroyed_at is not None:
        raise Http404
    generations = generations_of(country, now=now)
    number = next(number for number, each in enumerate(generations) if each.key.pk == found.pk)
    old = generations[number + 1] if number + 1 < len(generations) else None
    context = frame(
        country,
        generation=generations[number],
        old=old,
        is_planned=found.valid_from > now,
        least_until=found.valid_from + unrecorded(country),
        checks=prove(found, at=now),
    )
    return render(request, "administration/tracing_rehearsal.html", context)


@administrators_only
@require_POST
def take_back_key(request: HttpRequest, code: str, fingerprint: str) -> HttpResponse:
    country = tracing_country(request, code)
    try:
        take_back(find_key(country, fingerprint), by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The planned pair is deleted. Nothing was made with it."))
    return redirect("administration:tracing", code)
