"""Signs of life: when something was last seen to work, and when it last failed."""

from django.db import models


class Sign(models.Model):
    """``name``: what of, as "worker:celery" or "declaring:3". ``detail``: a word for the last failure. Nobody's data."""

    name = models.CharField(max_length=80, unique=True)
    seen_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    detail = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_failing(self) -> bool:
        """Whether the last that was heard of it is a failure."""
        return self.failed_at is not None and (self.seen_at is None or self.failed_at > self.seen_at)
