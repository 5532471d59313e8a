"""Permanent places and their codes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.models import User
from clea_portal.codes.models import IssuedCode, LocationSecret, Place


class VenueQuerySet(models.QuerySet["Venue"]):
    def of_member(self, user: User) -> "VenueQuerySet":
        return self.filter(organisation__memberships__user=user)


class Venue(Place):
    archived_at = models.DateTimeField(_("archived"), null=True, editable=False)

    objects = VenueQuerySet.as_manager()

    class Meta(Place.Meta):
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        ordering = ["-created_at", "-pk"]


class VenueSecret(LocationSecret):
    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="secrets")


class VenueCode(IssuedCode):
    """A static code of a venue. A venue has one current code at most."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="codes")
    secret = models.ForeignKey(VenueSecret, on_delete=models.RESTRICT, related_name="codes", editable=False)

    class Meta(IssuedCode.Meta):
        verbose_name = _("code of a venue")
        verbose_name_plural = _("codes of venues")
        constraints = [
            *IssuedCode.Meta.constraints,
            models.UniqueConstraint(
                fields=["venue"], condition=models.Q(replaced_at__isnull=True), name="venue_has_one_current_code"
            ),
        ]
