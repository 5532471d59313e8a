"""What venues and events share: the place that a code stands for, its secret, and the codes issued for it."""

import uuid
from functools import cached_property

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.models import Organisation
from clea_portal.authorities.models import Country, Region, TracingKey, VenueType
from clea_portal.fields import EncryptedTextField
from clea_portal.protocol.check_code import check_code
from clea_portal.protocol.links import parse_link
from clea_portal.protocol.lsp import decode_header

NAME_LIMIT = 120
MOST_TABLES = 1000


class Place(models.Model):
    """A venue or an event: what its codes say of it. Nothing here, in clear, tells which place it is."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, verbose_name=_("organisation"))
    name = EncryptedTextField(_("name"), validators=[MaxLengthValidator(NAME_LIMIT)])
    venue_type = models.ForeignKey(VenueType, on_delete=models.PROTECT, verbose_name=_("type of place"))
    venue_category1 = models.PositiveSmallIntegerField(_("capacity"), default=0, validators=[MaxValueValidator(15)])
    venue_category2 = models.PositiveSmallIntegerField(_("floor area"), default=0, validators=[MaxValueValidator(15)])
    region = models.ForeignKey(Region, on_delete=models.PROTECT, verbose_name=_("region"))
    phone = EncryptedTextField(_("contact phone"), blank=True, help_text=_("E.164 digits without +"))
    pin = EncryptedTextField(_("PIN"), blank=True)
    tables = EncryptedTextField(
        _("tables and seats"), blank=True, help_text=_("one label per line, printed on copies of the code")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    archived_at = models.DateTimeField(_("archived"), null=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(venue_category1__lte=15) & models.Q(venue_category2__lte=15),
                name="%(class)s_categories_fit_4_bits",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def country(self) -> Country:
        return self.region.country

    @property
    def table_labels(self) -> list[str]:
        return self.tables.splitlines()


class Room(models.Model):
    """A part of a place. An independent one has a secret and codes of its own; another shows the place's code under its name."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = EncryptedTextField(_("name"), validators=[MaxLengthValidator(NAME_LIMIT)])
    independent = models.BooleanField(_("has codes of its own"), default=True)
    tables = EncryptedTextField(
        _("tables and seats"), blank=True, help_text=_("one label per line, printed on copies of the code")
    )
    position = models.PositiveSmallIntegerField(_("position in lists"), default=0)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def table_labels(self) -> list[str]:
        return self.tables.splitlines()


class LocationSecret(models.Model):
    """SK_L, in hex. A secret that has been replaced stays until the codes made from it are past their retention."""

    sk_l = EncryptedTextField(editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class IssuedCode(models.Model):
    """A code as it was issued: every screen, file and reprint shows this link and no other.

    The LTId and the check code are read from the encrypted link when they are shown; they stand in no column, so that no
    query leads from an LTId to a place.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deep_link = EncryptedTextField(editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    valid_from = models.DateTimeField(_("valid from"), editable=False)
    valid_until = models.DateTimeField(_("valid until"), null=True, editable=False)
    replaced_at = models.DateTimeField(_("replaced"), null=True, editable=False, db_index=True)
    # The generation that opens its contact message; none where it carries none. It cannot be destroyed as long as codes carry it.
    tracing_key = models.ForeignKey(TracingKey, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    # Names of the fields that the code carries and that have been edited since: what is on the wall still says the old value.
    edited_since = models.JSONField(default=list, editable=False)

    class Meta:
        abstract = True
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=models.F("valid_from")),
                name="%(class)s_valid_for_some_time",
            )
        ]

    @property
    def is_current(self) -> bool:
        return self.replaced_at is None

    @cached_property
    def check_code(self) -> str:
        return check_code(decode_header(parse_link(self.deep_link).lsp).ltid)
