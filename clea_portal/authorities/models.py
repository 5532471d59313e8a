"""Countries, their server and contact tracing authorities, keys, regions, teams and venue types."""

import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.authorities.consents import KeyConsent as KeyConsent
from clea_portal.authorities.credential_models import PortalCredentials
from clea_portal.authorities.enums import AsynchronousStyle, Deployment, ServerKind
from clea_portal.authorities.exposure_models import VenueTypeExposure as VenueTypeExposure
from clea_portal.authorities.labels import localised
from clea_portal.authorities.languages import all_languages, validate_languages
from clea_portal.authorities.time_zones import validate_time_zone as validate_time_zone
from clea_portal.authorities.time_zones import validate_time_zones
from clea_portal.authorities.venue_type_models import VenueCategory as VenueCategory
from clea_portal.authorities.venue_type_models import VenueType as VenueType
from clea_portal.cluster_server.exposure import ExposureRule
from clea_portal.fields import EncryptedTextField
from clea_portal.protocol.errors import ProtocolError
from clea_portal.protocol.keys import PUBLISHED_TEST_KEYS, fingerprint, parse_private_key, parse_public_key, public_key_hex


def validate_public_key(value: str) -> None:
    """Outside a demonstration, keys whose private half everybody knows are none."""
    try:
        key = parse_public_key(value)
    except ProtocolError as error:
        raise ValidationError(_("This is not a public key on the curve P-256: %(why)s"), params={"why": str(error)}) from error
    if not settings.DEMONSTRATION and fingerprint(key) in PUBLISHED_TEST_KEYS:
        raise ValidationError(_("This key is published with tests of the protocol: everybody has its private half."))


class Country(models.Model):
    """A country whose codes the portal knows by their prefix; its own ones can also issue codes."""

    code = models.CharField(_("ISO code"), max_length=2, unique=True, validators=[RegexValidator(r"^[A-Z]{2}\Z")])
    name_fr = models.CharField(_("name in French"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    # A version 12 code of level M holds 287 characters: 234 of them are the longest LSP of type 0, 13 the t parameter.
    prefix = models.CharField(_("prefix of its links"), max_length=40, unique=True)
    host = models.CharField(_("host of its links"), max_length=60, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Paris", validators=[validate_time_zone])
    other_time_zones = models.JSONField(
        _("other time zones of the country"), default=list, blank=True, validators=[validate_time_zones]
    )
    languages = models.JSONField(_("languages of its posters"), default=all_languages, validators=[validate_languages])
    issues_codes = models.BooleanField(_("issues codes here"), default=True)
    deployment = models.PositiveSmallIntegerField(_("deployment"), choices=Deployment, default=Deployment.EDGE)
    asynchronous_style = models.CharField(
        _("asynchronous codes"), max_length=12, choices=AsynchronousStyle, default=AsynchronousStyle.TYPE_1
    )
    application_name = models.CharField(_("name of the phone application"), max_length=60, default="CLÉA")
    application_site = models.CharField(_("site of the phone application"), max_length=120, blank=True)
    renewal_days = models.PositiveSmallIntegerField(
        _("advice: renew a static code after (days)"), default=7, validators=[MinValueValidator(1)]
    )
    hold_seconds = models.PositiveIntegerField(
        _("hold time before a declaration is sent (seconds)"), default=300, validators=[MaxValueValidator(86400)]
    )
    four_eyes = models.BooleanField(_("a second person approves every declaration"), default=False)
    horizon_days = models.PositiveSmallIntegerField(
        _("oldest exposure that can be declared (days)"), default=14, validators=[MinValueValidator(1)]
    )
    case_retention_days = models.PositiveSmallIntegerField(
        _("cases are deleted this many days after they are closed"), default=30, validators=[MinValueValidator(1)]
    )
    message_retention_days = models.PositiveSmallIntegerField(
        _("contact messages are deleted this many days after they came"), default=15, validators=[MinValueValidator(1)]
    )
    code_retention_days = models.PositiveSmallIntegerField(
        _("replaced codes are deleted after (days)"), default=15, validators=[MinValueValidator(1)]
    )
    register_page_retention_days = models.PositiveSmallIntegerField(
        _("register pages sent by contacts are deleted after (days)"), default=15, validators=[MinValueValidator(1)]
    )
    inactive_days = models.PositiveSmallIntegerField(
        _("access of contact tracing people and administrators ends after (days without signing in)"),
        default=90,
        validators=[MinValueValidator(8)],
    )
    poster_header = models.CharField(
        _("line at the top of posters"),
        max_length=120,
        blank=True,
        help_text=_("the authority that stands behind the codes, for instance"),
    )
    register_days = models.PositiveSmallIntegerField(
        _("paper registers are destroyed after (days)"), default=14, validators=[MinValueValidator(1)]
    )
    register_notice = models.TextField(
        _("notice on paper registers"),
        max_length=800,
        blank=True,
        help_text=_("what they are for, how long they are kept, who may ask for them; empty: the usual words"),
    )

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=models.Q(deployment__in=Deployment.values), name="country_deployment_known"),
            models.CheckConstraint(
                condition=models.Q(prefix__startswith="https://") & models.Q(prefix__endswith="#"),
                name="country_prefix_form",
                violation_error_message=_("A prefix begins with https:// and ends with #."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.prefix and not self.prefix.startswith(f"https://{self.host}"):
            raise ValidationError({"host": _("The prefix does not begin with https:// and this host.")})

    @property
    def name(self) -> str:
        return localised(self.name_fr, self.name_en)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def time_zones(self) -> list[str]:
        """The main one first."""
        return [self.time_zone, *self.other_time_zones]

    @property
    def has_tracing(self) -> bool:
        """Whether codes carry a contact message and the contact tracing pages answer."""
        return self.deployment != Deployment.NONE


class ServerAuthority(PortalCredentials):
    """Runs a country's cluster server and holds SK_SA."""

    country = models.OneToOneField(Country, on_delete=models.PROTECT, related_name="server", verbose_name=_("country"))
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind of server"), max_length=8, choices=ServerKind)
    base_url = models.URLField(_("address"), max_length=200)
    list_url = models.URLField(_("address of the public list"), max_length=200)
    accepts_type_1 = models.BooleanField(_("accepts asynchronous codes (LSP type 1)"), default=False)
    slot_seconds = models.PositiveIntegerField(
        _("exposure rule: slot (seconds)"), default=1800, validators=[MinValueValidator(60), MaxValueValidator(86400)]
    )
    slots_before = models.PositiveSmallIntegerField(_("exposure rule: slots flagged before"), default=2)
    slots_after = models.PositiveSmallIntegerField(_("exposure rule: slots flagged after"), default=2)
    messages_key = models.CharField(
        _("public key of the server (ES256), for its contact messages"),
        max_length=130,
        blank=True,
        validators=[validate_public_key],
        help_text=_("Hexadecimal. Empty: the server sends no contact messages by token."),
    )
    client_certificate = models.CharField(
        _("client certificate of the server, for its contact messages"),
        max_length=300,
        blank=True,
        help_text=_("What the proxy writes for it: fingerprint (SHA-256) or subject. Empty: not by certificate."),
    )

    class Meta:
        verbose_name = _("server authority")
        verbose_name_plural = _("server authorities")
        constraints = [
            # Whoever sends a message is known by its key or certificate: it belongs to one server.
            models.UniqueConstraint(
                fields=["messages_key"], condition=~models.Q(messages_key=""), name="server_messages_key_of_one"
            ),
            models.UniqueConstraint(
                fields=["client_certificate"], condition=~models.Q(client_certificate=""), name="server_certificate_of_one"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        if self.messages_key:
            self.messages_key = public_key_hex(parse_public_key(self.messages_key))
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def exposure_rule(self) -> ExposureRule:
        return ExposureRule(slot_seconds=self.slot_seconds, slots_before=self.slots_before, slots_after=self.slots_after)


class KeyGeneration(models.Model):
    """A public key that codes are encrypted to from a date on, until a newer one's date."""

    public_key = models.CharField(_("public key"), max_length=130, validators=[validate_public_key])
    fingerprint = models.CharField(_("fingerprint (SHA-256)"), max_length=64, editable=False)
    valid_from = models.DateTimeField(_("valid from"), default=timezone.now)

    class Meta:
        abstract = True
        ordering = ["-valid_from", "-pk"]

    def __str__(self) -> str:
        return f"{self.fingerprint[:16]} ({self.valid_from:%Y-%m-%d})"

    def save(self, *args: object, **kwargs: object) -> None:
        key = parse_public_key(self.public_key)
        self.public_key, self.fingerprint = public_key_hex(key), fingerprint(key)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def refuse_twice(self, others: "models.QuerySet[Any]") -> None:
        """Raises ValidationError where this key is among others of its authority: the constraint, said before it strikes."""
        if others.filter(fingerprint=fingerprint(parse_public_key(self.public_key))).exclude(pk=self.pk).exists():
            raise ValidationError(_("This key is already there."))


class ServerKey(KeyGeneration):
    """One generation of PK_SA."""

    authority = models.ForeignKey(ServerAuthority, on_delete=models.PROTECT, related_name="keys")

    class Meta(KeyGeneration.Meta):
        verbose_name = _("key of a server authority")
        verbose_name_plural = _("keys of server authorities")
        constraints = [models.UniqueConstraint(fields=["authority", "fingerprint"], name="server_key_once")]

    def clean(self) -> None:
        if self.authority_id and self.public_key:
            try:
                self.refuse_twice(ServerKey.objects.filter(authority=self.authority_id))
            except ProtocolError:
                return  # validate_public_key says what is wrong with it


class TracingAuthority(models.Model):
    """The manual contact tracing authority (MCTA) of a country: its key pairs, regions and teams."""

    country = models.OneToOneField(Country, on_delete=models.PROTECT, related_name="tracing", verbose_name=_("country"))
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("contact tracing authority")
        verbose_name_plural = _("contact tracing authorities")

    def __str__(self) -> str:
        return self.name


class TracingKey(KeyGeneration):
    """One generation of the pair PK_MCTA and SK_MCTA."""

    authority = models.ForeignKey(TracingAuthority, on_delete=models.PROTECT, related_name="keys")
    # Null once it is destroyed, so that the database can tell.
    private_key = EncryptedTextField(_("private key"), null=True, editable=False)  # type: ignore[misc]
    destroyed_at = models.DateTimeField(_("private key destroyed"), null=True, editable=False)

    class Meta(KeyGeneration.Meta):
        verbose_name = _("key pair of a contact tracing authority")
        verbose_name_plural = _("key pairs of contact tracing authorities")
        constraints = [
            models.UniqueConstraint(fields=["authority", "fingerprint"], name="tracing_key_once"),
            models.CheckConstraint(
                condition=models.Q(private_key__isnull=False, destroyed_at__isnull=True)
                | models.Q(private_key__isnull=True, destroyed_at__isnull=False),
                name="tracing_key_there_or_destroyed",
            ),
        ]

    def clean(self) -> None:
        if self.private_key is None:
            return
        if public_key_hex(parse_private_key(self.private_key).public_key()) != public_key_hex(parse_public_key(self.public_key)):
            raise ValidationError(_("These two keys are not a pair."))
        if self.authority_id:
            self.refuse_twice(TracingKey.objects.filter(authority=self.authority_id))


class Region(models.Model):
    """The region byte of a contact message: in France, the department."""

    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="regions", verbose_name=_("country"))
    number = models.PositiveSmallIntegerField(_("number"), validators=[MaxValueValidator(255)])
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["country", "number"]
        constraints = [
            models.UniqueConstraint(fields=["country", "number"], name="region_number_once"),
            models.CheckConstraint(condition=models.Q(number__lte=255), name="region_number_is_a_byte"),
        ]

    def __str__(self) -> str:
        return f"{self.number:02d} {self.name}"


class TeamQuerySet(models.QuerySet["Team"]):
    def working(self) -> "TeamQuerySet":
        return self.filter(archived_at__isnull=True)


class Team(models.Model):
    """A contact tracing team: it works on the cases of its region."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="teams", verbose_name=_("region"))
    name = models.CharField(_("name"), max_length=80)
    # Kept for what names it; it opens no case to anybody.
    archived_at = models.DateTimeField(_("archived"), null=True, editable=False)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["region", "name"]
        constraints = [models.UniqueConstraint(fields=["region", "name"], name="team_name_once")]

    def __str__(self) -> str:
        return self.name
