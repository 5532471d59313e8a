"""Contact messages (locContactMsg) that cluster servers send: whom to call about a place that became a cluster.

Nothing here leads from an LTId to a phone: the LTId that comes with a message is never stored, the bytes that the code carries
are erased when they are read, the cluster's hours are encrypted, and no row names the case that was opened from a message.
"""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.roles import Roles
from clea_portal.authorities.models import Country, Region, ServerAuthority
from clea_portal.fields import EncryptedBinaryField, EncryptedTextField
from mct.messages.enums import CLOSED, MessageEntry, MessageState

PIN_TRIES = 3
REMARK_LIMIT = 1000

_SEALED = Q(state__in=[MessageState.WAITING, MessageState.UNREADABLE])


class ContactMessageQuerySet(models.QuerySet["ContactMessage"]):
    def visible_to(self, roles: Roles) -> "ContactMessageQuerySet":
        """Those of the person's regions; those of no region are seen by the country's leads."""
        led = Region.objects.filter(pk__in=roles.led).values("country")
        seen = Q(region__in=roles.regions) | Q(region__isnull=True, country__in=led)
        return self.filter(seen).exclude(state=MessageState.WAITING)


class ContactMessage(models.Model):
    """One message. ``region``: None as long as nobody knows it, for a region byte that the country does not have.

    ``start`` and ``seconds`` are the cluster's; ``phone`` and ``pin`` are there as long as somebody may have to call.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    server = models.ForeignKey(ServerAuthority, on_delete=models.PROTECT, related_name="contact_messages")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    # Keyed digests of the number that the server gave it, and of all that it said: they tell a repetition, and lead nowhere.
    number_digest = models.CharField(max_length=64, editable=False)
    content_digest = models.CharField(max_length=64, editable=False)
    content = EncryptedBinaryField(null=True, editable=False)
    hours = EncryptedTextField(editable=False)
    risk = models.FloatField(_("risk level"))
    state = models.CharField(_("state"), max_length=10, choices=MessageState, default=MessageState.WAITING)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, null=True, related_name="contact_messages")
    region_number = EncryptedTextField(blank=True, editable=False)
    # Null, so that the database can tell that they are erased.
    phone = EncryptedTextField(null=True, editable=False)  # type: ignore[misc]
    pin = EncryptedTextField(null=True, editable=False)  # type: ignore[misc]
    tries_left = models.PositiveSmallIntegerField(default=PIN_TRIES)
    wrong_pins = models.PositiveSmallIntegerField(default=0)
    matched_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    retry_at = models.DateTimeField(_("call again"), null=True)
    # Without a time, which the case has too.
    case_opened = models.BooleanField(default=False)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    state_changed_at = models.DateTimeField(default=timezone.now)

    objects = ContactMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact message")
        verbose_name_plural = _("contact messages")
        ordering = ["received_at", "pk"]
        indexes = [
            models.Index(fields=["region", "state", "received_at", "id"], name="message_by_region"),
            models.Index(fields=["country", "received_at"], name="message_by_age"),
            models.Index(fields=["received_at"], condition=Q(state=MessageState.WAITING), name="message_to_decrypt"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["server", "number_digest"], name="message_once_a_number"),
            models.CheckConstraint(condition=Q(state__in=MessageState.values), name="message_state_known"),
            models.CheckConstraint(
                condition=_SEALED & Q(content__isnull=False, phone__isnull=True, pin__isnull=True)
                | Q(state=MessageState.OPEN, content__isnull=True, phone__isnull=False, pin__isnull=False)
                | Q(state__in=sorted(CLOSED), content__isnull=True, phone__isnull=True, pin__isnull=True),
                name="message_keeps_what_its_state_needs",
            ),
            models.CheckConstraint(condition=Q(tries_left__lte=PIN_TRIES), name="message_has_three_tries"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)[:8]

    @property
    def start(self) -> datetime:
        return datetime.fromisoformat(self.hours.split("/")[0])

    @property
    def end(self) -> datetime:
        return self.start + timedelta(seconds=int(self.hours.split("/")[1]))

    @property
    def is_locked(self) -> bool:
        return self.matched_at is None and not self.tries_left


class MessageEvent(models.Model):
    """One line of a message's history. ``to``: who got it; what a person wrote is encrypted."""

    message = models.ForeignKey(ContactMessage, on_delete=models.CASCADE, related_name="history")
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    entry = models.CharField(max_length=20, choices=MessageEntry)
    remark = EncryptedTextField(blank=True)

    class Meta:
        verbose_name = _("event of a contact message")
        verbose_name_plural = _("events of contact messages")
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=Q(entry__in=MessageEntry.values), name="message_entry_known")]

    def __str__(self) -> str:
        return f"{self.message_id} {self.entry}"
