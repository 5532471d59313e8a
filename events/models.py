"""Occasions with a start and an end, and their codes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.models import User
from clea_portal.codes.models import IssuedCode, LocationSecret, Place


class EventCodeKind(models.TextChoices):
    ENTRANCE = "entrance", _("entrance code")
    ASYNCHRONOUS = "asynchronous", _("invitation or ticket code")


class EventQuerySet(models.QuerySet["Event"]):
    def of_member(self, user: User) -> "EventQuerySet":
        return self.filter(organisation__memberships__user=user)


class Event(Place):
    start = models.DateTimeField(_("start"))
    end = models.DateTimeField(_("end"))
    archived_at = models.DateTimeField(_("archived"), null=True, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta(Place.Meta):
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-start", "-pk"]
        constraints = [
            *Place.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")),
                name="event_ends_after_its_start",
                violation_error_message=_("The end must be after the start."),
            ),
        ]


class EventSecret(LocationSecret):
    """All codes of one secret carry one LTId: whoever scanned the invitation and whoever scanned at the door are warned together."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="secrets")


class EventCode(IssuedCode):
    kind = models.CharField(_("kind"), max_length=12, choices=EventCodeKind)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="codes")
    secret = models.ForeignKey(EventSecret, on_delete=models.RESTRICT, related_name="codes", editable=False)

    class Meta(IssuedCode.Meta):
        verbose_name = _("code of an event")
        verbose_name_plural = _("codes of events")
        constraints = [
            *IssuedCode.Meta.constraints,
            models.UniqueConstraint(
                fields=["event", "kind"], condition=models.Q(replaced_at__isnull=True), name="event_has_one_current_code_a_kind"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=EventCodeKind.values), name="event_code_kind_known"),
        ]
