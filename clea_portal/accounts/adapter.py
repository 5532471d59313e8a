"""What allauth asks of the portal."""

from allauth.account.adapter import DefaultAccountAdapter
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


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return fields.encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return fields.decrypt(encrypted_text.encode()).decode()
