"""What allauth asks of the portal."""

import time
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from clea_portal import fields


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
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


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return fields.encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return fields.decrypt(encrypted_text.encode()).decode()
