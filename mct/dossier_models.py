"""Which cases are of one infected person, and which look alike and are not the same."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Dossier(models.Model):
    """The places and time spans of one infected person, or of one call: each is a case, declared by itself.

    It says nothing of the person. Its cases may be of several regions; each is shown to the people of its own.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("person's cases")
        verbose_name_plural = _("persons' cases")

    def __str__(self) -> str:
        return str(self.uuid)


class DistinctPair(models.Model):
    """Somebody looked at two cases that look alike, and said that they are not the same."""

    # In order, so that a pair is one row, whichever of the two somebody looked at.
    first = models.ForeignKey("mct.Case", on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey("mct.Case", on_delete=models.CASCADE, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("pair of different cases")
        verbose_name_plural = _("pairs of different cases")
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"],
                name="distinct_pair_once",
                violation_error_message=_("It is noted already that these cases are not the same."),
            ),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")),
                name="distinct_pair_in_order",
                violation_error_message=_("A pair is two different cases, the one registered first in front."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}"
