"""One's own organisations, time zone and language."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.i18n import set_language

from clea_portal.accounts.adapter import remember_language
from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.errors import Refused
from clea_portal.accounts.forms import OrganisationForm, TimeZoneForm
from clea_portal.accounts.models import Membership, Organisation, OwnershipOffer
from clea_portal.accounts.organisations import found_first_organisation, found_organisation
from clea_portal.accounts.person import person


@require_safe
def organisation_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    memberships = Membership.objects.filter(user=user).select_related("organisation__country").order_by("organisation")
    members = Membership.objects.filter(organisation__memberships__user=user).values_list("organisation")
    counts = dict(members.annotate(Count("pk")))
    rows = [
        {"organisation": row.organisation, "role": MemberRole(row.role), "members": counts[row.organisation_id]}
        for row in memberships
    ]
    offers = OwnershipOffer.objects.filter(to=user, expires_at__gt=timezone.now()).select_related("organisation", "by")
    return render(request, "accounts/organisations.html", {"rows": rows, "offers": offers})


@require_http_methods(["GET", "HEAD", "POST"])
def create_organisation(request: HttpRequest) -> HttpResponse:
    """One question, once, on the way to the first venue or event."""
    onward = _onward(request)
    if Organisation.objects.of_member(person(request)).exists():
        return redirect(onward)
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found_first_organisation(by=person(request), name=form.cleaned_data["name"], country=form.chosen_country())
        return redirect(onward)
    return render(request, "accounts/organisation_form.html", {"form": form, "next": onward})


@require_http_methods(["GET", "HEAD", "POST"])
def create_another_organisation(request: HttpRequest) -> HttpResponse:
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            organisation = found_organisation(by=person(request), name=form.cleaned_data["name"], country=form.chosen_country())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The organisation is there. You are its owner."))
            return redirect("organisations:detail", organisation.uuid)
    return render(request, "accounts/another_organisation.html", {"form": form})


class ActivateAppView(ActivateTOTPView):  # type: ignore[misc]
    """Whoever has just typed the first code of an app has given the second factor: it is not asked for again at once."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        record_authentication(self.request, person(self.request), method="mfa", type="totp")
        return response


@require_http_methods(["GET", "HEAD", "POST"])
def change_time_zone(request: HttpRequest) -> HttpResponse:
    """The zone in which the person reads and writes hours."""
    form = TimeZoneForm(request.POST or None, initial={"time_zone": timezone.get_current_timezone_name()})
    if request.method == "POST" and form.is_valid():
        user = person(request)
        user.time_zone = form.cleaned_data["time_zone"]
        user.save(update_fields=["time_zone"])
        messages.success(request, _("Saved."))
        return redirect("change_time_zone")
    return render(request, "accounts/time_zone.html", {"form": form})


@login_not_required
def change_language(request: HttpRequest) -> HttpResponseBase:
    """Django's own view; of a signed-in person the choice is kept for the mails that no page is open for."""
    response = set_language(request)
    if request.method == "POST" and request.user.is_authenticated:
        remember_language(person(request), request.POST.get("language", ""))
    return response


def _onward(request: HttpRequest) -> str:
    """Where the person was going, if that is a page of this portal."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_here = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    # What is no address would be taken for the name of a view.
    if is_here and wanted.startswith("/"):
        return wanted
    return reverse("venues:list")
