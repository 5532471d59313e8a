"""Permanent places and their codes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.models import User
from clea_portal.codes.models import IssuedCode, LocationSecret, Place


class VenueQuerySet(models.QuerySet["Venue"]):
    def of_member(self, user: User) -> "VenueQuerySet":
        return self.filter(organisation__memberships__user=user)

    def in_use(self) -> "VenueQuerySet":
        return self.filter(archived_at__isnull=True)

    def archived(self) -> "VenueQuerySet":
        return self.filter(archived_at__isnull=False)

    def with_country(self) -> "VenueQuerySet":
        return self.select_related("organisation__country", "venue_type", "region__country")

    def with_current_codes(self) -> "VenueQuerySet":
        """``codes.all()`` of each row then gives its current ones, and only those."""
        codes = VenueCode.objects.current()
        return self.prefetch_related(models.Prefetch("codes", queryset=codes))


class Venue(Place):
    objects = VenueQuerySet.as_manager()

    class Meta(Place.Meta):
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        ordering = ["-created_at", "-pk"]


class VenueSecret(LocationSecret):
    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="secrets")


class VenueCodeQuerySet(models.QuerySet["VenueCode"]):
    def of_member(self, user: User) -> "VenueCodeQuerySet":
        return self.filter(venue__organisation__memberships__user=user)

    def current(self) -> "VenueCodeQuerySet":
        return self.filter(replaced_at__isnull=True)

    def with_venue(self) -> "VenueCodeQuerySet":
        return self.select_related("venue__organisation__country", "venue__venue_type", "venue__region__country")


class VenueCode(IssuedCode):
    """A static code of a venue. A venue has one current code at most."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="codes")
    secret = models.ForeignKey(VenueSecret, on_delete=models.RESTRICT, related_name="codes", editable=False)

    objects = VenueCodeQuerySet.as_manager()

    class Meta(IssuedCode.Meta):
        verbose_name = _("code of a venue")
        verbose_name_plural = _("codes of venues")
        constraints = [
            *IssuedCode.Meta.constraints,
            models.UniqueConstraint(
                fields=["venue"], condition=models.Q(replaced_at__isnull=True), name="venue_has_one_current_code"
            ),
        ]
