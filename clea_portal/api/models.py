"""Who may call the API, and what was answered to calls that may be repeated."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.models import Membership, Organisation, User
from clea_portal.api.enums import CaseScope, Scope
from clea_portal.fields import EncryptedBinaryField, EncryptedTextField
from clea_portal.jobs.models import Job


class TokenQuerySet(models.QuerySet["Token"]):
    def alive(self, now: datetime) -> "TokenQuerySet":
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), revoked_at__isnull=True)

    def with_role(self) -> "TokenQuerySet":
        """Each row's ``role``: what its person is in its organisation at this moment, None for somebody who has left."""
        memberships = Membership.objects.filter(user=OuterRef("user"), organisation=OuterRef("organisation"))
        role = Subquery(memberships.values("role")[:1])
        return self.select_related("user", "organisation").annotate(role=role)  # type: ignore[no-redef]


class Token(models.Model):
    """Lets a program call the API for one person, with at most the rights that the person has.

    With an organisation, for its venues and events; without one, for the cases of the person's regions.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens", verbose_name=_("person"))
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, null=True, related_name="api_tokens", verbose_name=_("organisation")
    )
    name = EncryptedTextField(_("name"))
    scope = models.CharField(_("may"), max_length=11, choices=[*Scope.choices, *CaseScope.choices])
    # SHA-256 of the token, in hex. It has 256 random bits: nothing slower is needed.
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    # To the minute.
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    objects = TokenQuerySet.as_manager()
    # Set by with_role().
    role: str | None

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope__in=Scope.values, organisation__isnull=False)
                | Q(scope__in=CaseScope.values, organisation__isnull=True),
                name="token_scope_fits_its_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.uuid}"

    def is_alive(self, now: datetime) -> bool:
        """As TokenQuerySet.alive."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


class StoredAnswer(models.Model):
    """The answer to a call with an idempotency key, for whoever repeats it; without ``content``, the call is still at work."""

    token = models.ForeignKey(Token, on_delete=models.CASCADE, related_name="answers")
    # SHA-256 of the key; keyed digest of what was asked. Neither leads back to it.
    key_hash = models.CharField(max_length=64, editable=False)
    fingerprint = models.CharField(max_length=64, editable=False)
    claimed_at = models.DateTimeField(db_index=True, editable=False)
    content = EncryptedBinaryField(null=True, editable=False)

    class Meta:
        verbose_name = _("stored answer")
        verbose_name_plural = _("stored answers")
        constraints = [models.UniqueConstraint(fields=["token", "key_hash"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.pk}"


class OrderedJob(models.Model):
    """Which organisation a job of the API is about: tokens of the person for another organisation do not see it."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="order")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("job ordered by a program")
        verbose_name_plural = _("jobs ordered by programs")

    def __str__(self) -> str:
        return f"{self.pk}"
