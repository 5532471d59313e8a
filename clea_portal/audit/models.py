"""Who did what, and who read what. Rows are only ever added and, after their retention, deleted.

PostgreSQL refuses anything else (migration 0003), and a chain of digests shows what was changed all the same (chain.py).
"""

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

    # Where they were asked for with it, as the chain does.
    actor_uuid: uuid.UUID | None
    organisation_uuid: uuid.UUID | None

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
    # ISO code of the one that administrators have set something up in, so that its administrators can read it.
    country = models.CharField(_("country"), max_length=2, blank=True, default="")
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["subject", "subject_uuid", "-at"], name="audit_by_subject"),
            models.Index(fields=["organisation", "-at", "-id"], name="audit_by_organisation"),
            models.Index(fields=["country", "-at", "-id"], condition=~models.Q(country=""), name="audit_by_country"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=AuditKind.values), name="audit_kind_known"),
            models.CheckConstraint(condition=models.Q(side__in=AuditSide.values), name="audit_side_known"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.verb} {self.subject} {self.subject_uuid}"


class AuditLink(models.Model):
    """One event's place in the chain (chain.py).

    ``actor_digest``: SHA-256 of ``actor_salt`` and the actor's UUID; the salt goes when the account has gone, and nothing then
    leads from the digest to anybody. Without a foreign key in the database, so that an event which is gone leaves its link.
    """

    position = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(AuditEvent, on_delete=models.DO_NOTHING, db_constraint=False, related_name="link")
    sealed_at = models.DateTimeField()
    actor_salt = models.CharField(max_length=32, blank=True)
    actor_digest = models.CharField(max_length=64, blank=True)
    organisation_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("link of the audit trail's chain")
        verbose_name_plural = _("links of the audit trail's chain")
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.position}:{self.digest}"


class AuditAnchor(models.Model):
    """What the oldest link hangs on: the last one that the retention took. One row, which whoever seals or purges locks."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    position = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    # Whether what had happened before there was a chain has its links: until then, an event may be old and have none.
    complete = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("anchor of the audit trail's chain")
        verbose_name_plural = _("anchors of the audit trail's chain")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_anchor_is_one")]

    def __str__(self) -> str:
        return f"{self.position}:{self.digest}"
