"""What allauth asks of the portal."""

import time
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.utils import get_next_redirect_url
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clea_portal import fields
from clea_portal.accounts.models import User
from clea_portal.accounts.session_listing import name_session

_WRONG_PASSWORD = _("The e-mail address or the password is not right.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed."),
        "cannot_remove_primary_email": _("This is your main address. Make another one the main one first."),
        "duplicate_email": _("This address belongs to your account already."),
        "email_password_mismatch": _WRONG_PASSWORD,
        "email_taken": _("Another account uses this address."),
        "enter_current_password": _("Type the password that you have now."),
        "incorrect_password": _("This is not your password."),
        "invalid_or_expired_key": _("This link has expired or has already been used."),
        "invalid_login": _WRONG_PASSWORD,
        "invalid_password_reset": _("This link has expired or has already been used."),
        "max_email_addresses": _("An account has %d e-mail addresses at most. Remove one first."),
        "rate_limited": _("That was too often in too short a time. Wait a few minutes, then try again."),
        "same_as_current": _("This is what it is already. Choose another one."),
        "too_many_login_attempts": _("Too many attempts that failed. Wait a few minutes, then try again."),
        "unknown_email": _("No account uses this address."),
        "unverified_primary_email": _("Confirm this address first: your main address must be a confirmed one."),
    }

    def get_client_ip(self, request: HttpRequest) -> str | None:
        """The peer, or what the one trusted proxy says of it: a client cannot choose its own rate limit bucket."""
        forwarded = request.headers.get("X-Forwarded-For", "")
        if settings.SECURE_PROXY_SSL_HEADER and forwarded:
            return forwarded.split(",")[-1].strip()
        return str(request.META.get("REMOTE_ADDR", ""))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has just signed in is not asked for the password again before setting up a second factor."""
        records = get_authentication_records(context.request, context.request.user)
        return not records or time.time() - records[-1]["at"] > account_settings.REAUTHENTICATION_TIMEOUT

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """With where the person was going: the link is often opened on another device, where nothing else remembers it."""
        url = str(super().get_email_confirmation_url(request, emailconfirmation))
        onward = get_next_redirect_url(request)
        return f"{url}?{urlencode({'next': onward})}" if onward else url

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        name_session(request)
        remember_language(user, get_language() or "")


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": _("While a second factor is set up, no e-mail address can be added."),
        "cannot_delete_authenticator": _("This second factor cannot be removed."),
        "cannot_generate_recovery_codes": _("Recovery codes need a second factor. Set one up first."),
        "incorrect_code": _("This code is not right. Codes change every 30 seconds: type the one shown now."),
        "unverified_email": _("Confirm your e-mail address first, then set up a second factor."),
    }

    def encrypt(self, text: str) -> str:
        return fields.encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return fields.decrypt(encrypted_text.encode()).decode()


def remember_language(user: User, language: str) -> None:
    """For mails that no page is open for."""
    if language in dict(settings.LANGUAGES) and language != user.language:
        user.language = language
        user.save(update_fields=["language"])
