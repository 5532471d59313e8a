"""Occasions with a start and an end, and their codes."""

import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.functions import Coalesce
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

    def at_a_glance(self, now: datetime) -> "models.QuerySet[Any]":
        """Each row then says what lists show of its slots and codes, and has `whole_codes`: those of the event itself."""
        slots = Slot.objects.in_use().filter(event=models.OuterRef("pk"))
        codes = EventCode.objects.filter(event=models.OuterRef("pk"))
        whole = EventCode.objects.current().filter(slot=None, room=None, kind=EventCodeKind.ENTRANCE)
        number = slots.order_by().values("event").annotate(number=models.Count("pk")).values("number")
        return self.annotate(
            slot_count=Coalesce(models.Subquery(number), 0),
            next_slot=models.Subquery(slots.filter(end__gt=now).order_by("start").values("start")[:1]),
            has_codes=models.Exists(codes.current()),
            is_left_behind=models.Exists(codes.left_behind(now)),
        ).prefetch_related(models.Prefetch("codes", queryset=whole, to_attr="whole_codes"))

    def with_country(self) -> "EventQuerySet":
        return self.select_related("organisation__country", "venue_type", "region__country")


class Event(Place):
    start = models.DateTimeField(_("start"))
    end = models.DateTimeField(_("end"))
    time_zone = models.CharField(_("time zone"), max_length=60, default=settings.TIME_ZONE, validators=[validate_time_zone])
    # Every code of the event, now and after each renewal, then has a sibling for those who work there.
    has_staff_codes = models.BooleanField(_("has codes for staff"), default=False, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta(Place.Meta):
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-start", "-pk"]
        indexes = [models.Index(fields=["organisation", "start"], name="events_of_one_in_order")]
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


class EventRoomQuerySet(models.QuerySet["EventRoom"]):
    def of_member(self, user: User) -> "EventRoomQuerySet":
        return self.filter(event__organisation__memberships__user=user)

    def in_use(self) -> "EventRoomQuerySet":
        return self.filter(removed_at__isnull=True)

    def with_event(self) -> "EventRoomQuerySet":
        return self.select_related("event__organisation__country", "event__venue_type", "event__region__country")


class EventRoom(Room):
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="rooms")
    # A removed room stays until its codes are past their retention.
    removed_at = models.DateTimeField(_("removed"), null=True, editable=False)

    objects = EventRoomQuerySet.as_manager()

    class Meta(Room.Meta):
        verbose_name = _("room of an event")
        verbose_name_plural = _("rooms of events")


class SlotQuerySet(models.QuerySet["Slot"]):
    def of_member(self, user: User) -> "SlotQuerySet":
        return self.filter(event__organisation__memberships__user=user)

    def in_use(self) -> "SlotQuerySet":
        return self.filter(removed_at__isnull=True)

    def with_event(self) -> "SlotQuerySet":
        return self.select_related("event__organisation__country", "event__venue_type", "event__region__country")


class Slot(models.Model):
    """One of several times of an event, such as a screening, with codes of its own. Its times are shown in the event's zone."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="slots")
    name = EncryptedTextField(_("name"), blank=True, validators=[MaxLengthValidator(NAME_LIMIT)])
    start = models.DateTimeField(_("start"))
    end = models.DateTimeField(_("end"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    # A removed slot stays until its codes are past their retention.
    removed_at = models.DateTimeField(_("removed"), null=True, editable=False)

    objects = SlotQuerySet.as_manager()
    # Of a slot that slots.add_slots has just made.
    issued: "list[EventCode]"

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["start", "pk"]
        indexes = [models.Index(fields=["event", "start"], name="slots_of_an_event_in_order")]
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

    def left_behind(self, now: datetime) -> "EventCodeQuerySet":
        """Current ones that carry old details of what is not over yet."""
        of_whole = models.Q(slot__isnull=True, event__end__gt=now)
        return self.current().exclude(edited_since=[]).filter(of_whole | models.Q(slot__end__gt=now))

    def with_event(self) -> "EventCodeQuerySet":
        return self.select_related("event__organisation__country", "event__venue_type", "event__region__country", "slot", "room")


class EventCode(IssuedCode):
    kind = models.CharField(_("kind"), max_length=12, choices=EventCodeKind)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="codes")
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, null=True, related_name="codes", editable=False)
    room = models.ForeignKey(EventRoom, on_delete=models.CASCADE, null=True, related_name="codes", editable=False)
    secret = models.ForeignKey(EventSecret, on_delete=models.RESTRICT, related_name="codes", editable=False)

    objects = EventCodeQuerySet.as_manager()

    @property
    def where(self) -> str:
        """Names of its slot and room, if they have any, for lists of codes of many."""
        return " · ".join(part.name for part in (self.slot, self.room) if part and part.name)

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
