from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clea_portal.accounts.forms import OrganisationForm, TimeZoneForm
from clea_portal.accounts.models import Organisation
from clea_portal.accounts.organisations import found_first_organisation
from clea_portal.accounts.person import person


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


def _onward(request: HttpRequest) -> str:
    """Where the person was going, if that is a page of this portal."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("venues:list")
