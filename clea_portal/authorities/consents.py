"""What takes two administrators of a country: handing out a private key of contact tracing, and destroying one."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.fields import EncryptedTextField

TIME_TO_APPROVE = timedelta(hours=24)
TIME_TO_ACT = timedelta(hours=1)


class ConsentAct(models.TextChoices):
    EXPORT = "export", _("export of the private key")
    DESTROY = "destroy", _("destruction of the private key")


class ConsentState(models.TextChoices):
    ASKED = "asked", _("waits for a second administrator")
    APPROVED = "approved", _("approved")
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")
    CALLED_OFF = "called_off", _("called off")
    EXPIRED = "expired", _("expired")


_OPEN = [ConsentState.ASKED.value, ConsentState.APPROVED.value]


class KeyConsentQuerySet(models.QuerySet["KeyConsent"]):
    def open(self, now: datetime) -> "KeyConsentQuerySet":
        """Those that wait for a second person, or for the first one to act, and still may."""
        waits = Q(state=ConsentState.ASKED, asked_at__gt=now - TIME_TO_APPROVE)
        return self.filter(waits | Q(state=ConsentState.APPROVED, approved_at__gt=now - TIME_TO_ACT))

    def over(self, now: datetime) -> "KeyConsentQuerySet":
        """Those that nobody answered or used in time."""
        waited = Q(state=ConsentState.ASKED, asked_at__lte=now - TIME_TO_APPROVE)
        return self.filter(waited | Q(state=ConsentState.APPROVED, approved_at__lte=now - TIME_TO_ACT))


class KeyConsent(models.Model):
    """One asks, another approves, the first one acts, once. Who they were stays in the audit trail when an account goes."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.ForeignKey("authorities.TracingKey", on_delete=models.PROTECT, related_name="consents")
    act = models.CharField(max_length=7, choices=ConsentAct)
    reason = EncryptedTextField(_("reason"))
    state = models.CharField(max_length=10, choices=ConsentState, default=ConsentState.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = KeyConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent of two administrators")
        verbose_name_plural = _("consents of two administrators")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(act__in=ConsentAct.values), name="consent_act_known"),
            models.CheckConstraint(condition=Q(state__in=ConsentState.values), name="consent_state_known"),
            # Not negated: of an account that is gone, nothing is known any more, and that is no breach.
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(asked_by__isnull=True) | ~Q(approved_by=F("asked_by")),
                name="consent_of_two_people",
                violation_error_message=_("Another administrator has to approve what you ask for."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "done"]) | Q(approved_at__isnull=False), name="consent_done_when_approved"
            ),
            models.CheckConstraint(
                condition=Q(state__in=_OPEN, ended_at__isnull=True) | (~Q(state__in=_OPEN) & Q(ended_at__isnull=False)),
                name="consent_ended_when_over",
            ),
            models.UniqueConstraint(fields=["key", "act"], condition=Q(state__in=_OPEN), name="consent_open_once"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def deadline(self) -> datetime:
        """When it is over by itself: the second person's time, then the first one's."""
        return self.asked_at + TIME_TO_APPROVE if self.approved_at is None else self.approved_at + TIME_TO_ACT
