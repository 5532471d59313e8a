"""Where people are signed in."""

from typing import ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils import timezone


class UserSession(AbstractBaseSession):
    """A session, whose it is, and what a person needs to recognise it by. No address of a network.

    ``device``: the family of browser and system, as "Firefox, Windows".
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions")
    started_at = models.DateTimeField(default=timezone.now)
    # To five minutes.
    last_seen_at = models.DateTimeField(default=timezone.now)
    device = models.CharField(max_length=40, blank=True)

    objects: ClassVar[BaseSessionManager["UserSession"]] = BaseSessionManager()  # type: ignore[assignment]

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> type:
        from clea_portal.accounts.session_store import SessionStore  # noqa: PLC0415 - it imports this model

        return SessionStore
