"""Work that takes longer than a page may, and its result, which waits a day for the person who ordered it."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.models import User
from clea_portal.fields import EncryptedBinaryField, EncryptedTextField
from clea_portal.jobs.enums import UNDER_WAY, JobState

RETENTION = timedelta(hours=24)
BACK_TO_LIMIT = 200


def in_a_day() -> datetime:
    return timezone.now() + RETENTION


class JobQuerySet(models.QuerySet["Job"]):
    def of(self, user: User) -> "JobQuerySet":
        """What the person may see: their own, until it is past its day."""
        return self.filter(owner=user, expires_at__gt=timezone.now())

    def under_way(self) -> "JobQuerySet":
        return self.filter(state__in=UNDER_WAY)


class Job(models.Model):
    """``kind`` names a handler in settings.JOB_KINDS. ``key``: while a job of a person has it, no second one is made.

    ``done`` of ``total`` steps are made; a total of 0 is not known yet.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=60)
    arguments = EncryptedTextField()
    title = EncryptedTextField(_("title"))
    back_to = models.CharField(max_length=BACK_TO_LIMIT, blank=True)
    key = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=10)
    state = models.CharField(_("state"), max_length=10, choices=JobState, default=JobState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(default=timezone.now)
    woken_at = models.DateTimeField(default=timezone.now)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # Why there is no result, in the owner's words.
    reason = EncryptedTextField(blank=True)
    file_name = EncryptedTextField(blank=True)
    content_type = models.CharField(max_length=80, blank=True)
    size = models.PositiveBigIntegerField(_("size"), null=True)
    created_at = models.DateTimeField(_("ordered"), default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(default=in_a_day, db_index=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["owner", "-created_at", "-id"], name="job_by_owner"),
            models.Index(fields=["leased_until"], condition=Q(state__in=sorted(UNDER_WAY)), name="job_to_run"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
            models.CheckConstraint(
                condition=Q(state=JobState.DONE, size__isnull=False) | ~Q(state=JobState.DONE) & Q(size__isnull=True),
                name="job_has_a_result_when_done",
            ),
            models.UniqueConstraint(
                fields=["owner", "key"], condition=Q(state__in=sorted(UNDER_WAY)) & ~Q(key=""), name="job_key_once_under_way"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def percent(self) -> int:
        return min(100, 100 * self.done // self.total) if self.total else 0


class Chunk(models.Model):
    """A piece of a job's result. Those of an attempt that came to nothing go with it."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="chunks")
    attempt = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    content = EncryptedBinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["job", "attempt", "number"], name="chunk_number_once_an_attempt")]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.attempt}/{self.number}"
