"""What a place's contact sends by a one-time link, without an account."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.authorities.models import TracingKey
from clea_portal.fields import EncryptedTextField
from clea_portal.scanning.files import FileKind
from mct.enums import LinkEnding

MOST_OPENINGS = 5


class ContactLinkQuerySet(models.QuerySet["ContactLink"]):
    def open(self, now: datetime) -> "ContactLinkQuerySet":
        return self.filter(ended_at=None, expires_at__gt=now)


class ContactLink(models.Model):
    """A link by which whoever a team talks to at a place sends pictures to one case. It shows nothing of the case."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("mct.Case", on_delete=models.CASCADE, related_name="contact_links")
    # Kept, so that the agent can show it again, until the link no longer works; found by its keyed digest.
    token = EncryptedTextField(blank=True, editable=False)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    openings = models.PositiveSmallIntegerField(_("openings"), default=0)
    # Pictures of codes that came by it, so that its page can tell what became of them.
    pictures = models.ManyToManyField("mct.Picture", related_name="+")
    # Codes that the phone read itself, of which only the link came.
    codes_read = models.PositiveSmallIntegerField(_("codes read by the phone"), default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=12, choices=LinkEnding, blank=True)
    receipt = models.CharField(_("receipt"), max_length=12, blank=True)

    objects = ContactLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link for a contact")
        verbose_name_plural = _("links for contacts")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at=None), name="contact_link_one_a_case"),
            models.CheckConstraint(condition=Q(openings__lte=MOST_OPENINGS), name="contact_link_openings"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ending="") | Q(ended_at__isnull=False, ending__in=LinkEnding.values),
                name="contact_link_ending_when_ended",
            ),
            models.CheckConstraint(
                condition=Q(ending=LinkEnding.DONE) & ~Q(receipt="") | ~Q(ending=LinkEnding.DONE) & Q(receipt=""),
                name="contact_link_receipt_when_done",
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def openings_left(self) -> int:
        return MOST_OPENINGS - self.openings

    @property
    def codes_sent(self) -> int:
        """Pictures of codes that came by it, and codes that the phone had read itself."""
        return self.pictures.count() + self.codes_read


class RegisterPageQuerySet(models.QuerySet["RegisterPage"]):
    def kept(self, now: datetime) -> "RegisterPageQuerySet":
        """Those that are not past their retention, of which the purge may not have heard yet."""
        return self.filter(expires_at__gt=now)


class RegisterPage(models.Model):
    """A photo, scan or PDF of a place's visitors' register. The portal holds it for nobody but the authority: see envelopes."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("mct.Case", on_delete=models.CASCADE, related_name="register_pages")
    link = models.ForeignKey(ContactLink, on_delete=models.SET_NULL, null=True, related_name="register_pages")
    number = models.PositiveSmallIntegerField()
    envelope = models.BinaryField(editable=False)
    # The generation whose private key opens it.
    key = models.ForeignKey(TracingKey, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in FileKind])
    size = models.PositiveIntegerField()
    # Found out when somebody first looks.
    sheets = models.PositiveSmallIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    objects = RegisterPageQuerySet.as_manager()

    class Meta:
        verbose_name = _("register page")
        verbose_name_plural = _("register pages")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="register_page_number_once_a_case")]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.number}"
