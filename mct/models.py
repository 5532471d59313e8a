"""Cases of contact tracing, the codes found for them, and the declarations that carry them to cluster servers."""

import uuid
from datetime import datetime

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.authorities.models import Country, Region, ServerAuthority, Team
from clea_portal.fields import EncryptedBinaryField, EncryptedTextField
from clea_portal.protocol.check_code import check_code
from clea_portal.protocol.lsp import LspType
from mct.case_indexes import CASE_INDEXES
from mct.enums import (
    IN_FORCE,
    ON_ITS_WAY,
    CaseState,
    ClosingReason,
    CodeKind,
    DeclarationState,
    Entry,
    PictureState,
    Problem,
)

NOTES_LIMIT = 5000
REFERENCE_LIMIT = 40
REMARK_LIMIT = 500


class CaseQuerySet(models.QuerySet["Case"]):
    def in_regions(self, regions: frozenset[int]) -> "CaseQuerySet":
        return self.filter(region__in=regions)


class Case(models.Model):
    """One place and span where infected people were, as told to a contact tracing team."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Encrypted because people write the place's name into it.
    reference = EncryptedTextField(_("reference"), blank=True, validators=[MaxLengthValidator(REFERENCE_LIMIT)])
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="cases", verbose_name=_("region"))
    exposure_start = models.DateTimeField(_("from"))
    exposure_end = models.DateTimeField(_("to"))
    infected_count = models.PositiveSmallIntegerField(
        _("number of infected people"), default=1, validators=[MinValueValidator(1), MaxValueValidator(999)]
    )
    notes = EncryptedTextField(_("notes"), blank=True, validators=[MaxLengthValidator(NOTES_LIMIT)])
    # The number of a type of the region's country, as somebody says it, since codes say it to their server only. Encrypted: of a
    # region's only casino, it tells which place it is.
    venue_type = EncryptedTextField(_("type of place"), blank=True)
    state = models.CharField(_("state"), max_length=20, choices=CaseState, default=CaseState.DRAFT, editable=False)
    problem = models.CharField(_("problem"), max_length=20, choices=Problem, blank=True, editable=False)
    code = models.ForeignKey("CaseCode", on_delete=models.SET_NULL, null=True, related_name="+", editable=False)
    # Of the chosen code; written where the code is (mct/moves.py).
    code_kind = models.CharField(max_length=12, choices=CodeKind, default=CodeKind.NONE, editable=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    # Whose case it is: a person's or a team's, never both. Their partial indexes below serve the foreign keys too.
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        editable=False,
        verbose_name=_("assigned to"),
    )
    team = models.ForeignKey(
        Team, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False, editable=False, verbose_name=_("team")
    )
    # How often it has changed hands: tells whether it did since somebody looked.
    assignments = models.PositiveIntegerField(default=0, editable=False)
    follow_up_on = models.DateField(_("follow-up"), null=True, editable=False)
    closing_reason = models.CharField(_("closed because"), max_length=12, choices=ClosingReason, blank=True, editable=False)
    # The other places of the same person, and which of them this is; a second code of one place has the same number.
    dossier = models.ForeignKey(
        "Dossier", on_delete=models.PROTECT, null=True, related_name="cases", db_index=False, editable=False
    )
    place = models.PositiveSmallIntegerField(_("place"), null=True, editable=False)
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="merged", db_index=False, editable=False
    )
    created_at = models.DateTimeField(_("registered"), default=timezone.now, editable=False)
    state_changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-created_at", "-pk"]
        indexes = CASE_INDEXES
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_state_known"),
            models.CheckConstraint(
                condition=Q(exposure_end__gt=F("exposure_start")),
                name="case_ends_after_its_start",
                violation_error_message=_("The end must be after the start."),
            ),
            models.CheckConstraint(
                condition=Q(state=CaseState.NEEDS_ATTENTION, problem__in=Problem.values)
                | ~Q(state=CaseState.NEEDS_ATTENTION) & Q(problem=""),
                name="case_problem_when_it_needs_attention",
            ),
            models.CheckConstraint(condition=Q(infected_count__gte=1), name="case_has_an_infected_person"),
            models.CheckConstraint(condition=Q(assignee__isnull=True) | Q(team__isnull=True), name="case_of_a_person_or_a_team"),
            models.CheckConstraint(
                condition=Q(closing_reason="") | Q(state=CaseState.CLOSED, closing_reason__in=ClosingReason.values),
                name="case_closing_reason_known",
            ),
            models.CheckConstraint(
                condition=Q(dossier__isnull=True, place__isnull=True)
                | Q(dossier__isnull=False, place__isnull=False, place__gte=1),
                name="case_place_in_a_dossier",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True)
                | Q(state=CaseState.CLOSED, closing_reason=ClosingReason.DUPLICATE) & ~Q(merged_into=F("id")),
                name="case_merged_is_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.reference or str(self.uuid)[:8]


class Picture(models.Model):
    """An uploaded picture or PDF of a code. Its content is erased as soon as it has been read; only what was found stays."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="pictures")
    number = models.PositiveSmallIntegerField()
    content = EncryptedBinaryField(null=True, editable=False)
    state = models.CharField(max_length=12, choices=PictureState, default=PictureState.WAITING)
    advice = models.CharField(max_length=24, blank=True)
    leased_until = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["number"]
        indexes = [
            models.Index(
                fields=["leased_until"],
                condition=Q(state__in=[PictureState.WAITING, PictureState.READING]),
                name="picture_to_read",
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="picture_number_once_a_case"),
            models.CheckConstraint(
                condition=Q(state__in=[PictureState.WAITING, PictureState.READING], content__isnull=False)
                | Q(state__in=[PictureState.READ, PictureState.UNREADABLE], content__isnull=True),
                name="picture_erased_when_read",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.number}"


class CaseCode(models.Model):
    """A code found for a case, and what its clear part says."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="codes")
    deep_link = EncryptedTextField()
    ltid = models.UUIDField(_("LTId"), db_index=True)
    lsp_type = models.PositiveSmallIntegerField(_("LSP type"))
    country = models.ForeignKey(Country, on_delete=models.PROTECT, null=True, verbose_name=_("country"))
    host = models.CharField(max_length=120)
    starts_at = models.DateTimeField(_("time written in the code"), null=True)
    visit_duration = models.PositiveSmallIntegerField(_("duration written in the code (hours)"), null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("code of a case")
        verbose_name_plural = _("codes of cases")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["case", "ltid", "lsp_type"], name="case_code_once")]

    def __str__(self) -> str:
        return self.check_code

    @property
    def check_code(self) -> str:
        return check_code(self.ltid)

    @property
    def kind(self) -> CodeKind:
        if self.lsp_type == LspType.ASYNCHRONOUS:
            return CodeKind.ASYNCHRONOUS
        return CodeKind.POSTER if self.starts_at is None else CodeKind.DATED


class Declaration(models.Model):
    """One call to a cluster server: these hours of this LTId are a cluster. Cases that want the same hours share it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cases = models.ManyToManyField(Case, related_name="declarations")
    server = models.ForeignKey(ServerAuthority, on_delete=models.PROTECT, related_name="declarations")
    ltid = models.UUIDField(_("LTId"))
    deep_link = EncryptedTextField()
    start = models.DateTimeField(_("flagged from"))
    end = models.DateTimeField(_("flagged to"))
    instant = models.DateTimeField(_("declared instant"), null=True)
    state = models.CharField(_("state"), max_length=12, choices=DeclarationState, default=DeclarationState.HELD)
    hold_until = models.DateTimeField(_("held until"))
    next_attempt_at = models.DateTimeField(_("next attempt"))
    leased_until = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    detail = models.CharField(_("answer of the server"), max_length=300, blank=True)
    status_code = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("ordered"), default=timezone.now)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    published_at = models.DateTimeField(_("published"), null=True)
    # Of the withdrawal at the server: how often this one was tried, what its last call came to, if not to success, when ordered.
    withdrawal_attempts = models.PositiveSmallIntegerField(default=0)
    withdrawal_reason = models.CharField(max_length=40, blank=True)
    withdrawal_ordered_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at the server"), null=True)

    class Meta:
        verbose_name = _("declaration")
        verbose_name_plural = _("declarations")
        ordering = ["start", "pk"]
        indexes = [
            models.Index(fields=["state", "next_attempt_at"], condition=Q(state__in=sorted(ON_ITS_WAY)), name="declaration_due"),
            models.Index(
                fields=["server"],
                condition=Q(state__in=[DeclarationState.ACCEPTED, DeclarationState.UNKNOWN]),
                name="declaration_watched",
            ),
            models.Index(
                fields=["next_attempt_at"], condition=Q(state=DeclarationState.WITHDRAWING), name="declaration_withdrawing"
            ),
            models.Index(fields=["ltid"], name="declaration_by_ltid"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DeclarationState.values), name="declaration_state_known"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="declaration_flags_some_time"),
            models.UniqueConstraint(
                fields=["server", "ltid", "start", "end"],
                condition=Q(state__in=sorted(IN_FORCE)),
                name="declaration_never_doubled",
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class TimelineEntry(models.Model):
    """One line of a case's timeline. ``params`` holds ids, numbers, states and times; words that a person wrote are encrypted."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="timeline")
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    entry = models.CharField(max_length=20, choices=Entry)
    params = models.JSONField(default=dict)
    remark = EncryptedTextField(blank=True, validators=[MaxLengthValidator(REMARK_LIMIT)])

    class Meta:
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline entries")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["case", "at", "id"], name="timeline_by_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.entry}"


class CodeRequestQuerySet(models.QuerySet["CodeRequest"]):
    def open(self, now: datetime) -> "CodeRequestQuerySet":
        return self.filter(expires_at__gt=now)


class CodeRequest(models.Model):
    """A case waits for the code that a place's manager gives of their own will, by a number said on the phone or a link.

    Nothing here says who the manager is: when the code has come, the row is gone.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="code_request")
    number = EncryptedTextField(editable=False)
    # Keyed digests, to find the row by what somebody typed or opened.
    number_digest = models.CharField(max_length=64, unique=True, editable=False)
    token = EncryptedTextField(editable=False)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    number_expires_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    objects = CodeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for a code")
        verbose_name_plural = _("requests for a code")

    def __str__(self) -> str:
        return str(self.uuid)


from mct.authorising.models import UploadAuthorisation  # noqa: E402, F401 - Django finds models here
from mct.contact_models import ContactLink, RegisterPage  # noqa: E402, F401 - Django finds models by this module
from mct.desk_models import CaseWord, SavedFilter  # noqa: E402, F401 - so that Django finds them
from mct.dossier_models import DistinctPair, Dossier  # noqa: E402, F401 - so that Django finds them
from mct.figure_models import DayChange, DayFigures  # noqa: E402, F401 - found by Django here
from mct.messages.models import ContactMessage as ContactMessage  # noqa: E402 - found by Django here
from mct.messages.models import MessageEvent as MessageEvent  # noqa: E402
