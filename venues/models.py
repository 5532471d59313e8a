"""Permanent places and their codes."""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.models import User
from clea_portal.authorities.models import validate_time_zone
from clea_portal.codes.models import IssuedCode, LocationSecret, Place, Room
from clea_portal.codes.periods import Calendar
from clea_portal.protocol.derivation import Profile
from venues.display_models import Display as Display


class VenueCodeKind(models.TextChoices):
    STATIC = "static", _("code without an end")
    DATED = "dated", _("code of a day or service")
    STAFF = "staff", _("code for staff")


class DerivationProfile(models.TextChoices):
    """What protocol.derivation calls a Profile, with the words for it."""

    SPECIFICATION = Profile.SPECIFICATION.value, _("as specified")
    REFERENCE_C = Profile.REFERENCE_C.value, _("as devices with the reference encoder in C")


class VenueQuerySet(models.QuerySet["Venue"]):
    def of_member(self, user: User) -> "VenueQuerySet":
        return self.filter(organisation__memberships__user=user)

    def in_use(self) -> "VenueQuerySet":
        return self.filter(archived_at__isnull=True)

    def archived(self) -> "VenueQuerySet":
        return self.filter(archived_at__isnull=False)

    def with_country(self) -> "VenueQuerySet":
        return self.select_related("organisation__country", "venue_type", "region__country")

    def locked(self, venue: "Venue") -> "Venue":
        """As it is now. Whoever else changes its codes waits until this transaction is over."""
        return self.with_country().select_for_update(of=("self",)).get(pk=venue.pk)

    def with_current_codes(self) -> "VenueQuerySet":
        """``codes.all()`` of each row then gives the static code of the whole venue, and nothing else."""
        codes = VenueCode.objects.static().current().filter(room=None)
        return self.prefetch_related(models.Prefetch("codes", queryset=codes))


class Venue(Place):
    time_zone = models.CharField(_("time zone"), max_length=60, default=settings.TIME_ZONE, validators=[validate_time_zone])
    # [{"day": 0 (Monday) to 6, "open": "18:00", "close": "02:00"}]; a close at or before its open is after midnight.
    opening_hours = models.JSONField(_("opening hours"), default=list, blank=True)
    reminders = models.BooleanField(_("remind by e-mail when a renewal is advised"), default=True)
    reminded_at = models.DateTimeField(null=True, editable=False)

    objects = VenueQuerySet.as_manager()

    class Meta(Place.Meta):
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        ordering = ["-created_at", "-pk"]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class VenueRoomQuerySet(models.QuerySet["VenueRoom"]):
    def of_member(self, user: User) -> "VenueRoomQuerySet":
        return self.filter(venue__organisation__memberships__user=user)

    def in_use(self) -> "VenueRoomQuerySet":
        return self.filter(removed_at__isnull=True)

    def with_venue(self) -> "VenueRoomQuerySet":
        return self.select_related("venue__organisation__country", "venue__venue_type", "venue__region__country")


class VenueRoom(Room):
    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="rooms")
    # A removed room stays until the codes that hung in it are past their retention.
    removed_at = models.DateTimeField(_("removed"), null=True, editable=False)

    objects = VenueRoomQuerySet.as_manager()

    class Meta(Room.Meta):
        verbose_name = _("room of a venue")
        verbose_name_plural = _("rooms of venues")


def showing_own_codes(room: VenueRoom | None) -> VenueRoom | None:
    """The room, if it is independent; None where the whole venue's codes count: for the venue itself, and for its other rooms."""
    return room if room is not None and room.independent else None


class VenueSecret(LocationSecret):
    """Of the whole venue, or of one independent room. A static code has one of its own; rotations of one room share theirs."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="secrets")
    room = models.ForeignKey(VenueRoom, on_delete=models.CASCADE, null=True, related_name="secrets")


class RotationQuerySet(models.QuerySet["Rotation"]):
    def of_member(self, user: User) -> "RotationQuerySet":
        return self.filter(venue__organisation__memberships__user=user)

    def of_room(self, venue: Venue, room: VenueRoom | None) -> "RotationQuerySet":
        """Of an independent room, else those of the whole venue, which the other rooms follow. The latest first."""
        return self.filter(venue=venue, room=showing_own_codes(room)).select_related(
            "secret", "venue__organisation__country", "venue__venue_type", "venue__region__country"
        )

    def between(self, start: datetime, end: datetime) -> "RotationQuerySet":
        """Those that are in force at some moment from ``start`` to before ``end``."""
        unreplaced = models.Q(replaced_at__isnull=True) | models.Q(replaced_at__gt=start)
        return self.filter(unreplaced, starts_at__lt=end)

    def current(self) -> "RotationQuerySet":
        """The last of each room: in force, or about to be."""
        return self.filter(replaced_at__isnull=True)


class Rotation(models.Model):
    """When the dated and renewing codes of a venue, or of one of its rooms, change.

    Paper, tablets and devices of one room all follow its rotation, so they show the same code. Rotations of a room follow one
    another without gap: one is in force from ``starts_at`` to before ``replaced_at``, and a change may lie in the future. A
    replaced one stays as long as codes are kept, so that the code of a day can still be made again.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="rotations")
    room = models.ForeignKey(VenueRoom, on_delete=models.CASCADE, null=True, related_name="rotations")
    secret = models.ForeignKey(VenueSecret, on_delete=models.RESTRICT, related_name="rotations", editable=False)
    # Local whole hours at which a period starts: ["04:00"] for one a day, ["04:00", "16:00"] for two services.
    renewal_hours = models.JSONField(_("renewal hours"))
    days_per_period = models.PositiveSmallIntegerField(
        _("days that one code counts"), default=1, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    # The local day from which periods of several days are counted.
    anchor = models.DateField(editable=False)
    time_zone = models.CharField(_("time zone"), max_length=60, validators=[validate_time_zone])
    profile = models.CharField(_("derivation"), max_length=16, choices=DerivationProfile, default=DerivationProfile.SPECIFICATION)
    # A display changes its code every 2 ** cri_exp seconds (CLEA protocol, LSP, CRIexp).
    cri_exp = models.PositiveSmallIntegerField(
        _("displays change their code every"), default=10, validators=[MinValueValidator(4), MaxValueValidator(17)]
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    starts_at = models.DateTimeField(_("in force from"), editable=False)
    replaced_at = models.DateTimeField(_("replaced"), null=True, editable=False, db_index=True)

    objects = RotationQuerySet.as_manager()

    class Meta:
        verbose_name = _("rotation of codes")
        verbose_name_plural = _("rotations of codes")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["venue"],
                condition=models.Q(replaced_at__isnull=True, room__isnull=True),
                name="venue_has_one_current_rotation",
            ),
            models.UniqueConstraint(
                fields=["room"],
                condition=models.Q(replaced_at__isnull=True, room__isnull=False),
                name="room_has_one_current_rotation",
            ),
            models.CheckConstraint(
                condition=models.Q(days_per_period__gte=1) & models.Q(days_per_period__lte=10), name="rotation_days_known"
            ),
            models.CheckConstraint(condition=models.Q(cri_exp__gte=4) & models.Q(cri_exp__lte=17), name="rotation_cri_exp_known"),
            models.CheckConstraint(condition=models.Q(profile__in=DerivationProfile.values), name="rotation_profile_known"),
            models.CheckConstraint(
                condition=models.Q(replaced_at__isnull=True) | models.Q(replaced_at__gte=models.F("starts_at")),
                name="rotation_ends_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uuid}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def calendar(self) -> Calendar:
        return Calendar(hours=self.renewal_hours, zone=self.zone, anchor=self.anchor, days=self.days_per_period)


class DayPackQuerySet(models.QuerySet["DayPack"]):
    def of_member(self, user: User) -> "DayPackQuerySet":
        return self.filter(venue__organisation__memberships__user=user)

    def of_room(self, venue: Venue, room: VenueRoom | None) -> "DayPackQuerySet":
        """Of an independent room, else those of the whole venue, which the other rooms show."""
        return self.filter(venue=venue, room=showing_own_codes(room))

    def in_use(self) -> "DayPackQuerySet":
        return self.filter(withdrawn_at__isnull=True)

    def with_numbers(self, now: datetime) -> "DayPackQuerySet":
        """``left``: codes that count and are not over; ``stale``: coming ones that carry old details; ``gone``: replaced ones."""
        ahead = models.Q(codes__kind=VenueCodeKind.DATED, codes__valid_until__gt=now)
        current = ahead & models.Q(codes__replaced_at__isnull=True)
        return self.annotate(
            left=models.Count("codes", filter=current),
            stale=models.Count("codes", filter=current & models.Q(codes__valid_from__gt=now) & ~models.Q(codes__edited_since=[])),
            gone=models.Count("codes", filter=ahead & models.Q(codes__replaced_at__isnull=False, codes__valid_from__gt=now)),
        )

    def with_codes_left(self, now: datetime) -> "DayPackQuerySet":
        left = VenueCode.objects.current().filter(kind=VenueCodeKind.DATED, valid_until__gt=now)
        return self.filter(models.Exists(left.filter(packs=models.OuterRef("pk"))))

    def with_venue(self) -> "DayPackQuerySet":
        return self.select_related(
            "venue__organisation__country", "venue__venue_type", "venue__region__country", "room", "rotation"
        )


class DayPack(models.Model):
    """Dated codes for a range of days, local and inclusive, made in one go. Packs that overlap share the codes of their days."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="packs")
    room = models.ForeignKey(VenueRoom, on_delete=models.CASCADE, null=True, related_name="packs")
    # The latest that its codes follow: its zone is the one in which the pack's days count.
    rotation = models.ForeignKey(Rotation, on_delete=models.RESTRICT, related_name="packs", editable=False)
    codes: "models.ManyToManyField[VenueCode, models.Model]" = models.ManyToManyField(
        "VenueCode", related_name="packs", editable=False
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    with_staff = models.BooleanField(_("with codes for staff"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )

    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)

    objects = DayPackQuerySet.as_manager()

    class Meta:
        verbose_name = _("day pack")
        verbose_name_plural = _("day packs")
        ordering = ["-first_day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")),
                name="pack_ends_after_its_first_day",
                violation_error_message=_("The last day must not be before the first."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}"


class VenueCodeQuerySet(models.QuerySet["VenueCode"]):
    def of_member(self, user: User) -> "VenueCodeQuerySet":
        return self.filter(venue__organisation__memberships__user=user)

    def of_room(self, venue: Venue, room: VenueRoom | None) -> "VenueCodeQuerySet":
        """Of an independent room, else those of the whole venue, which the other rooms show."""
        return self.filter(venue=venue, room=showing_own_codes(room))

    def current(self) -> "VenueCodeQuerySet":
        """Not replaced. Dated codes among them may lie in the past or the future."""
        return self.filter(replaced_at__isnull=True)

    def replaced(self, now: datetime) -> "VenueCodeQuerySet":
        """Replaced, or static and out of use since day packs have taken over."""
        return self.filter(models.Q(replaced_at__isnull=False) | models.Q(kind=VenueCodeKind.STATIC, valid_until__lte=now))

    def static(self) -> "VenueCodeQuerySet":
        return self.filter(kind=VenueCodeKind.STATIC)

    def dated(self) -> "VenueCodeQuerySet":
        """Of days and services, those for staff among them."""
        return self.exclude(kind=VenueCodeKind.STATIC)

    def ending_after(self, moment: datetime) -> "VenueCodeQuerySet":
        return self.filter(models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=moment))

    def with_venue(self) -> "VenueCodeQuerySet":
        return self.select_related("venue__organisation__country", "venue__venue_type", "venue__region__country", "room")


class VenueCode(IssuedCode):
    """A code of a venue, or of one of its rooms. Either has one current static code at most, and one code a period and kind.

    A static code has no end, unless day packs are to take its place: from its ``valid_until`` on it is out of use.
    """

    kind = models.CharField(_("kind"), max_length=6, choices=VenueCodeKind, default=VenueCodeKind.STATIC, editable=False)
    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="codes")
    room = models.ForeignKey(VenueRoom, on_delete=models.CASCADE, null=True, related_name="codes", editable=False)
    secret = models.ForeignKey(VenueSecret, on_delete=models.RESTRICT, related_name="codes", editable=False)

    objects = VenueCodeQuerySet.as_manager()

    class Meta(IssuedCode.Meta):
        verbose_name = _("code of a venue")
        verbose_name_plural = _("codes of venues")
        constraints = [
            *IssuedCode.Meta.constraints,
            models.UniqueConstraint(
                fields=["venue"],
                condition=models.Q(replaced_at__isnull=True, room__isnull=True, kind="static"),
                name="venue_has_one_current_code",
            ),
            models.UniqueConstraint(
                fields=["room"],
                condition=models.Q(replaced_at__isnull=True, room__isnull=False, kind="static"),
                name="room_has_one_current_code",
            ),
            models.CheckConstraint(condition=models.Q(kind__in=VenueCodeKind.values), name="venue_code_kind_known"),
            models.UniqueConstraint(
                fields=["venue", "kind", "valid_from"],
                condition=models.Q(replaced_at__isnull=True, room__isnull=True) & ~models.Q(kind="static"),
                name="venue_has_one_current_code_a_period",
            ),
            models.UniqueConstraint(
                fields=["room", "kind", "valid_from"],
                condition=models.Q(replaced_at__isnull=True, room__isnull=False) & ~models.Q(kind="static"),
                name="room_has_one_current_code_a_period",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="static") | models.Q(valid_until__isnull=False), name="venue_code_dated_ends"
            ),
        ]

    def has_ended(self, now: datetime) -> bool:
        return self.valid_until is not None and self.valid_until <= now
