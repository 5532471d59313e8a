"""What places can say they are: types and categories, as numbers in codes and as words of a country."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clea_portal.authorities.labels import localised


class Labelled(models.Model):
    label_fr = models.CharField(_("label in French"), max_length=120)
    label_en = models.CharField(_("label in English"), max_length=120)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return localised(self.label_fr, self.label_en)


class VenueType(Labelled):
    """A value of venueType (5 bits) and what it means in a country."""

    country = models.ForeignKey(
        "authorities.Country", on_delete=models.PROTECT, related_name="venue_types", verbose_name=_("country")
    )
    number = models.PositiveSmallIntegerField(_("number"), validators=[MaxValueValidator(31)])
    letters = models.CharField(_("letters"), max_length=4, blank=True)
    position = models.PositiveSmallIntegerField(_("position in lists"), default=0)
    retired = models.BooleanField(_("no longer offered"), default=False)

    class Meta:
        verbose_name = _("venue type")
        verbose_name_plural = _("venue types")
        ordering = ["country", "position", "number"]
        constraints = [
            models.UniqueConstraint(fields=["country", "number"], name="venue_type_number_once"),
            models.CheckConstraint(condition=models.Q(number__lte=31), name="venue_type_fits_5_bits"),
        ]


class VenueCategory(Labelled):
    """A value of venueCategory1 or venueCategory2 (4 bits each) and what it means in a country."""

    country = models.ForeignKey(
        "authorities.Country", on_delete=models.PROTECT, related_name="venue_categories", verbose_name=_("country")
    )
    level = models.PositiveSmallIntegerField(_("category 1 or 2"), choices=[(1, "1"), (2, "2")])
    number = models.PositiveSmallIntegerField(_("number"), validators=[MaxValueValidator(15)])
    retired = models.BooleanField(_("no longer offered"), default=False)

    class Meta:
        verbose_name = _("venue category")
        verbose_name_plural = _("venue categories")
        ordering = ["country", "level", "number"]
        constraints = [
            models.UniqueConstraint(fields=["country", "level", "number"], name="venue_category_number_once"),
            models.CheckConstraint(condition=models.Q(number__lte=15), name="venue_category_fits_4_bits"),
            models.CheckConstraint(condition=models.Q(level__in=[1, 2]), name="venue_category_level_known"),
        ]
