import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.models import Organisation, User
from clea_portal.fields import EncryptedBinaryField


class LogoQuerySet(models.QuerySet["OwnLogo"]):
    def of_member(self, user: User) -> "LogoQuerySet":
        return self.filter(organisation__memberships__user=user)


class OwnLogo(models.Model):
    """An organisation's logo, cleaned before it was kept. One is remembered; others are for a single print and go after a day."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="logos")
    content = EncryptedBinaryField()
    content_type = models.CharField(max_length=20)
    width = models.FloatField()
    height = models.FloatField()
    remembered = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = LogoQuerySet.as_manager()

    class Meta:
        verbose_name = _("logo")
        verbose_name_plural = _("logos")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=models.Q(remembered=True), name="organisation_remembers_one_logo"
            )
        ]

    def __str__(self) -> str:
        return f"{self.uuid}"
