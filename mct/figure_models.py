"""What the figures are made of: counts that are kept for each day of a region, and what has changed since they were made."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.authorities.models import Region


class DayFigures(models.Model):
    """The figures of the cases that were registered on one day of a region, by the clock of its country (mct/counting.py).

    They follow from the cases and go with them. ``counts`` has four parts by name, each a number of cases by value: stages,
    origins, outcomes, and types (numbers of types of place, "" where nobody said it); and ``minutes``, the cases that were
    published, by whole minutes from registration to publication.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    counts = models.JSONField(default=dict)
    counted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("figures of a day")
        verbose_name_plural = _("figures of days")
        constraints = [models.UniqueConstraint(fields=["region", "day"], name="figures_of_a_day_once")]

    def __str__(self) -> str:
        return f"{self.region_id} {self.day}"


class DayChange(models.Model):
    """Something changed of a case that was registered at this time in this region: its day is to be counted anew.

    A row for each change, written with it, so that a change that is not yet committed while a day is counted is still to be
    counted afterwards. No case stands here: that its rows are deleted may be such a change.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+", db_index=False)
    registered_at = models.DateTimeField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("change of a day's figures")
        verbose_name_plural = _("changes of days' figures")
        indexes = [models.Index(fields=["region", "registered_at"], name="change_of_a_day")]

    def __str__(self) -> str:
        return f"{self.region_id} {self.registered_at:%Y-%m-%d}"
