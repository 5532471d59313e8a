"""Exposure rules of a server's venue types, where they differ from its default."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_SLOTS = 96


class VenueTypeExposure(models.Model):
    """How many slots a server flags around an instant at places of one venue type, instead of its default."""

    authority = models.ForeignKey("authorities.ServerAuthority", on_delete=models.CASCADE, related_name="exposures")
    venue_type = models.PositiveSmallIntegerField(_("venue type"), validators=[MaxValueValidator(31)])
    slots_before = models.PositiveSmallIntegerField(_("slots flagged before"), validators=[MaxValueValidator(MOST_SLOTS)])
    slots_after = models.PositiveSmallIntegerField(_("slots flagged after"), validators=[MaxValueValidator(MOST_SLOTS)])

    class Meta:
        verbose_name = _("exposure rule of a venue type")
        verbose_name_plural = _("exposure rules of venue types")
        ordering = ["venue_type"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "venue_type"],
                name="exposure_once_a_venue_type",
                violation_error_message=_("This venue type has a rule already."),
            ),
            models.CheckConstraint(condition=models.Q(venue_type__lte=31), name="exposure_venue_type_fits_5_bits"),
        ]

    def __str__(self) -> str:
        return f"{self.venue_type}: -{self.slots_before}, +{self.slots_after}"
