"""Occasions with a start and an end, and their codes."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.models import User
from clea_portal.authorities.models import validate_time_zone
from clea_portal.codes.models import IssuedCode, LocationSecret, Place


class EventCodeKind(models.TextChoices):
    ENTRANCE = "entrance", _("entrance code")
    ASYNCHRONOUS = "asynchronous", _("invitation or ticket code")


class EventQuerySet(models.QuerySet["Event"]):
    def of_member(self, user: User) -> "EventQuerySet":
        return self.filter(organisation__memberships__user=user)

    def upcoming(self, now: datetime) -> "EventQuerySet":
        """Not over yet, the next one first."""
        return self.filter(archived_at__isnull=True, end__gt=now).order_by("start", "pk")

    def past(self, now: datetime) -> "EventQuerySet":
        return self.filter(archived_at__isnull=True, end__lte=now)

    def archived(self) -> "EventQuerySet":
        return self.filter(archived_at__isnull=False)

    def with_country(self) -> "EventQuerySet":
        return self.select_related("organisation__country", "venue_type", "region__country")

    def with_current_codes(self) -> "EventQuerySet":
        """``codes.all()`` of each row then gives its current ones, and only those."""
        codes = EventCode.objects.current().order_by("-kind")
        return self.prefetch_related(models.Prefetch("codes", queryset=codes))


class Event(Place):
    start = models.DateTimeField(_("start"))
    end = models.DateTimeField(_("end"))
    time_zone = models.CharField(_("time zone"), max_length=60, default=settings.TIME_ZONE, validators=[validate_time_zone])

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

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its times were entered, and in which screens and posters show them."""
        return ZoneInfo(self.time_zone)


class EventSecret(LocationSecret):
    """All codes of one secret carry one LTId: who scanned the invitation and who scanned at the door are warned together."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="secrets")


class EventCodeQuerySet(models.QuerySet["EventCode"]):
    def of_member(self, user: User) -> "EventCodeQuerySet":
        return self.filter(event__organisation__memberships__user=user)

    def current(self) -> "EventCodeQuerySet":
        return self.filter(replaced_at__isnull=True)

    def with_event(self) -> "EventCodeQuerySet":
        return self.select_related("event__organisation__country", "event__venue_type", "event__region__country")


class EventCode(IssuedCode):
    kind = models.CharField(_("kind"), max_length=12, choices=EventCodeKind)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="codes")
    secret = models.ForeignKey(EventSecret, on_delete=models.RESTRICT, related_name="codes", editable=False)

    objects = EventCodeQuerySet.as_manager()

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
