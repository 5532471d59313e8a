"""Who did what, and who read what. Rows are only ever added and, after their retention, deleted."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AuditKind(models.TextChoices):
    ACT = "act", _("act")
    READ = "read", _("read")


class AuditSide(models.TextChoices):
    """On whose behalf. Said when it happens: it stays true when the account is gone or has another role."""

    PERSON = "person", _("person")
    AUTHORITY = "authority", _("authority")
    SYSTEM = "system", _("the portal")
    LINK = "link", _("whoever holds a link")


class AuditEvent(models.Model):
    """Ids only: no name, phone, link or LTId may stand in ``details``."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)
    kind = models.CharField(_("kind"), max_length=4, choices=AuditKind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    side = models.CharField(_("on whose behalf"), max_length=9, choices=AuditSide, default=AuditSide.PERSON)
    verb = models.CharField(_("what"), max_length=60)
    subject = models.CharField(_("on what"), max_length=40)
    subject_uuid = models.UUIDField(_("which"), null=True)
    # The one whose thing it was, so that its members can read what happened to all of theirs.
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("organisation")
    )
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["subject", "subject_uuid", "-at"], name="audit_by_subject"),
            models.Index(fields=["organisation", "-at", "-id"], name="audit_by_organisation"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=AuditKind.values), name="audit_kind_known"),
            models.CheckConstraint(condition=models.Q(side__in=AuditSide.values), name="audit_side_known"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.verb} {self.subject} {self.subject_uuid}"
