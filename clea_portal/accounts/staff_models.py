"""Who works for an authority: members of teams, administrators, and those who are invited to become one."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.enums import StaffRole, TeamRole
from clea_portal.authorities.models import Country, Team
from clea_portal.fields import EncryptedTextField


class Suspendable(models.Model):
    """Access that may be suspended. ``suspended_by``: None where nobody did, but a long absence or a command."""

    # When it began, or began again: an absence counts from here at the earliest.
    active_since = models.DateTimeField(_("active since"), default=timezone.now, editable=False)
    suspended_at = models.DateTimeField(_("suspended"), null=True, editable=False)
    suspended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    # When the person was told that their absence is about to end it.
    warned_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True


class TeamMembershipQuerySet(models.QuerySet["TeamMembership"]):
    def active(self) -> "TeamMembershipQuerySet":
        """Those that open cases: not suspended, of a team that works."""
        return self.filter(suspended_at__isnull=True, team__archived_at__isnull=True)

    def of_country(self, country: Country) -> "TeamMembershipQuerySet":
        return self.filter(team__region__country=country)


class TeamMembership(Suspendable):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="team_memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=8, choices=TeamRole)

    objects = TeamMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team members")
        constraints = [
            models.UniqueConstraint(fields=["user", "team"], name="team_membership_once"),
            models.CheckConstraint(condition=Q(role__in=TeamRole.values), name="team_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class AdministrationQuerySet(models.QuerySet["Administration"]):
    def active(self) -> "AdministrationQuerySet":
        return self.filter(suspended_at__isnull=True, user__is_active=True)


class Administration(Suspendable):
    """Says that a person administers the authorities of a country. It opens no case."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="administrations")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="administrations")

    objects = AdministrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("authority administrator")
        verbose_name_plural = _("authority administrators")
        constraints = [models.UniqueConstraint(fields=["user", "country"], name="administration_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.country_id}"


class StaffInvitationQuerySet(models.QuerySet["StaffInvitation"]):
    def open(self, now: datetime) -> "StaffInvitationQuerySet":
        return self.filter(expires_at__gt=now)


class StaffInvitation(models.Model):
    """To work for an authority, by a link that one person can use once. Answered or revoked, the row is deleted."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    country = models.ForeignKey(Country, on_delete=models.CASCADE, related_name="staff_invitations")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="invitations")
    role = models.CharField(_("role"), max_length=13, choices=StaffRole)
    email = EncryptedTextField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    # SHA-256 of the token, in hex: whoever reads the table cannot open the link.
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("valid until"), db_index=True)

    objects = StaffInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation to an authority")
        verbose_name_plural = _("invitations to authorities")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=TeamRole.values, team__isnull=False)
                | Q(role=StaffRole.ADMINISTRATOR.value, team__isnull=True),
                name="staff_invitation_to_a_team_or_as_administrator",
            )
        ]

    def __str__(self) -> str:
        return f"{self.uuid}"
