from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from clea_portal.accounts.roles import roles_of

# What a person may open before the second factor is given: the pages that ask for it, and the way out.
OPEN_ROUTES = frozenset(
    {
        "account_logout",
        "account_confirm_email",
        "mfa_authenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "set_language",
    }
)
# What else a person may open who has none yet, to set it up.
SETTING_UP = frozenset({"account_reauthenticate", "account_email", "account_email_verification_sent"})


class PersonalTimeZoneMiddleware:
    """Shows and reads times in the signed-in person's zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = getattr(request.user, "time_zone", "") if request.user.is_authenticated else ""
        with timezone.override(ZoneInfo(zone) if zone else None):
            return self.get_response(request)


class SecondFactorMiddleware:
    """Contact tracing and administrator roles open no page before their second factor is set up and used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        route = request.resolver_match.view_name if request.resolver_match else ""
        if route in OPEN_ROUTES or not getattr(view, "login_required", True):
            return None
        if not request.user.is_authenticated or not roles_of(request.user).needs_second_factor:
            return None
        if not is_mfa_enabled(request.user):
            if route in SETTING_UP or route.startswith("mfa_"):
                return None
            messages.info(request, _("Your role needs a second factor. Set one up, then you can go on."))
            return redirect("mfa_index")
        if not any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user)):
            return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.get_full_path()})}")
        return None
