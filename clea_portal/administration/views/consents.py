"""What takes two administrators: asked for, answered, done."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from clea_portal.accounts.errors import Gone, Refused
from clea_portal.accounts.person import person
from clea_portal.administration.access import administrators_only
from clea_portal.administration.consenting import administrators_of, approve, ask, destroy, export, refuse
from clea_portal.administration.generations import GenerationState, generation_of
from clea_portal.administration.mails import tell_of
from clea_portal.administration.tracing_forms import PassphraseForm, ReasonForm, TypedForm
from clea_portal.administration.views.tracing import find_key, frame, tracing_country
from clea_portal.authorities.consents import ConsentAct, KeyConsent
from clea_portal.authorities.models import Country


def find_consent(country: Country, uuid: UUID) -> KeyConsent:
    rows = KeyConsent.objects.select_related("key__authority__country", "asked_by", "approved_by")
    return get_object_or_404(rows.defer("key__private_key"), key__authority__country=country, uuid=uuid)


@administrators_only
@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "HEAD", "POST"])
def ask_export(request: HttpRequest, code: str, fingerprint: str) -> HttpResponse:
    return _ask(request, code, fingerprint, ConsentAct.EXPORT)


@administrators_only
@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "HEAD", "POST"])
def ask_destroy(request: HttpRequest, code: str, fingerprint: str) -> HttpResponse:
    return _ask(request, code, fingerprint, ConsentAct.DESTROY)


def _ask(request: HttpRequest, code: str, fingerprint: str, act: ConsentAct) -> HttpResponse:
    country, now = tracing_country(request, code), timezone.now()
    key = find_key(country, fingerprint)
    form = ReasonForm(request.POST) if request.method == "POST" else ReasonForm()
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask(key, act=act, reason=form.cleaned_data["reason"], by=person(request), now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            tell_of(asked, "asked", by=person(request))
            messages.success(request, _("Asked. The other administrators are told by e-mail, and have 24 hours to agree."))
            return redirect("administration:tracing_consent", code, asked.uuid)
    generation = generation_of(key, now=now)
    context = frame(
        country,
        form=form,
        generation=generation,
        destroys=act == ConsentAct.DESTROY,
        can_be_destroyed=generation.state == GenerationState.DESTROYABLE,
        alone=len(administrators_of(country)) < 2,
    )
    return render(request, "administration/tracing_ask.html", context)


@administrators_only
@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    """``answer``: ``approve``, or ``refuse``, which by the person who asked calls it off."""
    country, now, who = tracing_country(request, code), timezone.now(), person(request)
    found = find_consent(country, uuid)
    if request.method == "POST":
        approves = request.POST.get("answer") == "approve"
        try:
            (approve if approves else refuse)(found, by=who, now=now)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            found.refresh_from_db()
            tell_of(found, "approved" if approves else "refused", by=who)
            messages.success(request, _("You have agreed.") if approves else _("Nothing will happen."))
        return redirect("administration:tracing_consent", code, uuid)
    context = frame(
        country,
        consent=found,
        generation=generation_of(found.key, now=now),
        destroys=found.act == ConsentAct.DESTROY,
        is_open=KeyConsent.objects.open(now).filter(pk=found.pk).exists(),
        is_mine=found.asked_by == who,
    )
    return render(request, "administration/tracing_consent.html", context)


@sensitive_variables()
@administrators_only
@reauthentication_required  # type: ignore[untyped-decorator]
@sensitive_post_parameters("passphrase", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def export_key(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    country, now = tracing_country(request, code), timezone.now()
    found = _approved(request, country, uuid, ConsentAct.EXPORT)
    form = PassphraseForm(request.POST) if request.method == "POST" else PassphraseForm()
    if request.method == "POST" and form.is_valid():
        try:
            pem = export(found, passphrase=form.cleaned_data["passphrase"], by=person(request), now=now)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("administration:tracing_consent", code, uuid)
        tell_of(found, "done", by=person(request))
        name = f"CLEA-SK_MCTA-{found.key.fingerprint[:16]}.pem"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return HttpResponse(pem, content_type="application/x-pem-file", headers=headers)
    context = frame(country, form=form, consent=found, generation=generation_of(found.key, now=now))
    return render(request, "administration/tracing_export.html", context)


@administrators_only
@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "HEAD", "POST"])
def destroy_key(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    country, now = tracing_country(request, code), timezone.now()
    found = _approved(request, country, uuid, ConsentAct.DESTROY)
    form = TypedForm(request.POST) if request.method == "POST" else TypedForm()
    if request.method == "POST" and form.is_valid():
        try:
            destroy(found, typed=form.cleaned_data["typed"], by=person(request), now=now)
        except Gone as refusal:
            messages.error(request, str(refusal))
            return redirect("administration:tracing_consent", code, uuid)
        except Refused as refusal:
            form.add_error("typed", str(refusal))
        else:
            tell_of(found, "done", by=person(request))
            messages.success(request, _("The private key is destroyed."))
            return redirect("administration:tracing_key", code, found.key.fingerprint)
    context = frame(country, form=form, consent=found, generation=generation_of(found.key, now=now))
    return render(request, "administration/tracing_destroy.html", context)


def _approved(request: HttpRequest, country: Country, uuid: UUID, act: ConsentAct) -> KeyConsent:
    """What this person asked for, and another has agreed to. Raises Http404; whether it still counts, the verb says."""
    found = find_consent(country, uuid)
    if found.act != act or found.asked_by != request.user or found.approved_at is None:
        raise Http404
    return found
