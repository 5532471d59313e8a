"""What the sandbox keeps of phones' reports: how many visits, never whose."""

from typing import ClassVar

from django.db import models


class VisitCount(models.Model):
    """How many people reported a place for an hour."""

    ltid = models.UUIDField()
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    objects: ClassVar[models.Manager["VisitCount"]] = models.Manager()

    class Meta:
        app_label = "sandbox"
        ordering = ["ltid", "hour"]
        constraints = [models.UniqueConstraint(fields=["ltid", "hour"], name="one_count_for_an_hour")]

    def __str__(self) -> str:
        return f"{self.ltid} {self.hour:%Y-%m-%dT%H}: {self.count}"


class UsedToken(models.Model):
    """A token that has let a report in, by its ``jti``. ``digest`` and ``message``: to answer the same report alike."""

    jti = models.CharField(max_length=200, unique=True)
    digest = models.CharField(max_length=64)
    message = models.CharField(max_length=80)
    expires_at = models.DateTimeField(db_index=True)

    objects: ClassVar[models.Manager["UsedToken"]] = models.Manager()

    class Meta:
        app_label = "sandbox"

    def __str__(self) -> str:
        return self.jti
