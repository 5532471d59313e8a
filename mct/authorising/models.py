import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Region


class UploadAuthorisationQuerySet(models.QuerySet["UploadAuthorisation"]):
    def open(self, now: datetime) -> "UploadAuthorisationQuerySet":
        """Those that still authorise an upload, where uploads are under the team's control."""
        fresh = self.filter(redeemed_at=None, revoked_at=None, expires_at__gt=now)
        return fresh.filter(region__country__deployment=Deployment.CENTRAL)


class UploadAuthorisation(models.Model):
    """An interviewed person's phone may upload its visits once. The code itself is stored nowhere."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("region"))
    # Keyed, so that a dump of the database gives no code away to whoever tries them all.
    code_digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    redeemed_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = UploadAuthorisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("authorisation for an upload")
        verbose_name_plural = _("authorisations for uploads")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="upload_authorisation_lasts",
                violation_error_message=_("The end must be after the start."),
            ),
            models.CheckConstraint(
                condition=Q(redeemed_at=None) | Q(revoked_at=None),
                name="upload_authorisation_ends_once",
                violation_error_message=_("A code that was used cannot be revoked."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)
