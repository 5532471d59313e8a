"""Occasions with a start and an end, and their codes."""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.models import User
from clea_portal.authorities.models import validate_time_zone
from clea_portal.codes.models import NAME_LIMIT, IssuedCode, LocationSecret, Place, Room
from clea_portal.fields import EncryptedTextField


class EventCodeKind(models.TextChoices):
    ENTRANCE = "entrance", _("entrance code")
    ASYNCHRONOUS = "asynchronous", _("invitation or ticket code")
    STAFF = "staff", _("code for staff")


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


class EventRoom(Room):
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="rooms")

    class Meta(Room.Meta):
        verbose_name = _("room of an event")
        verbose_name_plural = _("rooms of events")


class Slot(models.Model):
    """One of several times of an event, such as a screening, with codes of its own. Its times are shown in the event's zone."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="slots")
    name = EncryptedTextField(_("name"), blank=True, validators=[MaxLengthValidator(NAME_LIMIT)])
    start = models.DateTimeField(_("start"))
    end = models.DateTimeField(_("end"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["start", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")),
                name="slot_ends_after_its_start",
                violation_error_message=_("The end must be after the start."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EventSecret(LocationSecret):
    """All codes of one secret carry one LTId: who scanned the invitation and who scanned at the door are warned together.

    There is one for each slot and independent room.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="secrets")
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, null=True, related_name="secrets")
    room = models.ForeignKey(EventRoom, on_delete=models.CASCADE, null=True, related_name="secrets")


class EventCodeQuerySet(models.QuerySet["EventCode"]):
    def of_member(self, user: User) -> "EventCodeQuerySet":
        return self.filter(event__organisation__memberships__user=user)

    def current(self) -> "EventCodeQuerySet":
        return self.filter(replaced_at__isnull=True)

    def with_event(self) -> "EventCodeQuerySet":
        return self.select_related("event__organisation__country", "event__venue_type", "event__region__country", "slot", "room")


class EventCode(IssuedCode):
    kind = models.CharField(_("kind"), max_length=12, choices=EventCodeKind)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="codes")
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, null=True, related_name="codes", editable=False)
    room = models.ForeignKey(EventRoom, on_delete=models.CASCADE, null=True, related_name="codes", editable=False)
    secret = models.ForeignKey(EventSecret, on_delete=models.RESTRICT, related_name="codes", editable=False)

    objects = EventCodeQuerySet.as_manager()

    class Meta(IssuedCode.Meta):
        verbose_name = _("code of an event")
        verbose_name_plural = _("codes of events")
        constraints = [
            *IssuedCode.Meta.constraints,
            *(
                models.UniqueConstraint(
                    fields=fields,
                    condition=models.Q(
                        replaced_at__isnull=True, slot__isnull="slot" not in fields, room__isnull="room" not in fields
                    ),
                    name=name,
                )
                for fields, name in (
                    (["event", "kind"], "event_has_one_current_code_a_kind"),
                    (["slot", "kind"], "slot_has_one_current_code_a_kind"),
                    (["room", "kind", "event"], "event_room_has_one_current_code_a_kind"),
                    (["slot", "room", "kind"], "slot_room_has_one_current_code_a_kind"),
                )
            ),
            models.CheckConstraint(condition=models.Q(kind__in=EventCodeKind.values), name="event_code_kind_known"),
        ]
