"""The screens on which a venue shows its renewing code."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.models import User
from clea_portal.fields import EncryptedTextField


class DisplayQuerySet(models.QuerySet["Display"]):
    def of_member(self, user: User) -> "DisplayQuerySet":
        return self.filter(venue__organisation__memberships__user=user)

    def in_use(self) -> "DisplayQuerySet":
        return self.filter(revoked_at__isnull=True)

    def with_venue(self) -> "DisplayQuerySet":
        return self.select_related("venue__organisation__country", "venue__venue_type", "venue__region__country", "room")


class Display(models.Model):
    """A tablet, screen or signage player that shows the renewing code, opened by a link with its own token."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    venue = models.ForeignKey("venues.Venue", on_delete=models.CASCADE, related_name="displays")
    room = models.ForeignKey("venues.VenueRoom", on_delete=models.CASCADE, null=True, related_name="displays")
    name = EncryptedTextField(_("name"))
    # SHA-256 of the token, in hex: whoever reads the table cannot open the display.
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    staff = models.BooleanField(_("shows the code for staff"), default=False)
    hours_ahead = models.PositiveSmallIntegerField(
        _("hours that it goes on without network"), default=12, validators=[MinValueValidator(1), MaxValueValidator(72)]
    )
    language = models.CharField(_("language"), max_length=2, default="fr")
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    revoked_at = models.DateTimeField(_("switched off"), null=True, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, editable=False)

    objects = DisplayQuerySet.as_manager()

    class Meta:
        verbose_name = _("display")
        verbose_name_plural = _("displays")
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.name
