"""Secret addresses at which calendar programs follow what an organisation plans."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.models import Organisation, User
from clea_portal.fields import EncryptedTextField


class FeedQuerySet(models.QuerySet["Feed"]):
    def of_member(self, user: User) -> "FeedQuerySet":
        return self.filter(organisation__memberships__user=user)

    def in_use(self) -> "FeedQuerySet":
        return self.filter(revoked_at__isnull=True)


class Feed(models.Model):
    """Whoever has the address can read it: calendar programs cannot sign in. An organisation has one at a time."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="feeds")
    # SHA-256 of the token, in hex, to find it; and the token, to show the address again to those who may.
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    token = EncryptedTextField(editable=False)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    objects = FeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=models.Q(revoked_at__isnull=True), name="organisation_has_one_feed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.uuid}"
