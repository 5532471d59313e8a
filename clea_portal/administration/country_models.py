"""What administrators have under way."""

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.administration.groups import GROUPS, Group, groups_for
from clea_portal.authorities.models import ServerAuthority

DRAFT_RETENTION = timedelta(days=30)
# A test takes as many calls as it has steps; one that was not heard of for longer was lost with its worker.
TEST_LOST_AFTER = timedelta(minutes=3)


class CountryDraft(models.Model):
    """A country that is being entered, step by step. ``answers``: by group, what its form gave."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="country_drafts")
    answers = models.JSONField(default=dict)
    changed_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("country being entered")
        verbose_name_plural = _("countries being entered")
        ordering = ["-changed_at", "-pk"]

    def __str__(self) -> str:
        return str(self.answers.get("identity", {}).get("name_en") or self.uuid)

    @property
    def groups(self) -> list[Group]:
        return groups_for(issues_codes=self.answers.get("identity", {}).get("issues_codes", True))

    @property
    def missing(self) -> Group | None:
        """The first step that is still to be done."""
        return next((group for group in self.groups if group.name not in self.answers), None)

    @property
    def values(self) -> dict[str, Any]:
        """Everything given, by the names of the country's fields; steps that no longer apply left out."""
        return {name: value for group in self.groups for name, value in self.answers.get(group.name, {}).items()}

    def put(self, group: str, answers: dict[str, Any]) -> None:
        assert group in GROUPS
        self.answers = {**self.answers, group: answers}
        self.changed_at = timezone.now()


class ConnectionTest(models.Model):
    """The last test of a server's connection. ``steps``: connection.Step as JSON, as far as it has come."""

    server = models.OneToOneField(ServerAuthority, on_delete=models.CASCADE, related_name="connection_test")
    run = models.UUIDField(default=uuid.uuid4)
    steps = models.JSONField(default=list)
    ordered_at = models.DateTimeField(default=timezone.now)
    heard_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("connection test")
        verbose_name_plural = _("connection tests")

    def __str__(self) -> str:
        return f"{self.server_id} {self.ordered_at:%Y-%m-%d %H:%M}"

    @property
    def is_under_way(self) -> bool:
        return self.finished_at is None and not self.is_lost

    @property
    def is_lost(self) -> bool:
        return self.finished_at is None and timezone.now() - self.heard_at > TEST_LOST_AFTER
