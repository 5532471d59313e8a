"""People, the organisations that own venues and events, and who works for which authority."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.enums import MemberRole, TeamRole
from clea_portal.authorities.models import Country, Team, validate_time_zone
from clea_portal.fields import EncryptedTextField


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. The e-mail address is the name."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    time_zone = models.CharField(
        _("time zone"), max_length=60, default=settings.TIME_ZONE, blank=True, validators=[validate_time_zone]
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("may use Django's administration"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.email


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def of_member(self, user: User) -> "OrganisationQuerySet":
        return self.filter(memberships__user=user)

    def editable_by(self, user: User) -> "OrganisationQuerySet":
        return self.filter(memberships__user=user, memberships__role__in=[MemberRole.OWNER, MemberRole.EDITOR])


class Organisation(models.Model):
    """Owns venues and events. Its name is encrypted: it often is the place's name."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = EncryptedTextField(_("name"))
    country = models.ForeignKey(Country, on_delete=models.PROTECT, verbose_name=_("country"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=8, choices=MemberRole)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=MemberRole.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class TeamMembership(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="team_memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=8, choices=TeamRole)

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team members")
        constraints = [
            models.UniqueConstraint(fields=["user", "team"], name="team_membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=TeamRole.values), name="team_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class Administration(models.Model):
    """Says that a person administers the authorities of a country. It opens no case."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="administrations")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="administrations")

    class Meta:
        verbose_name = _("authority administrator")
        verbose_name_plural = _("authority administrators")
        constraints = [models.UniqueConstraint(fields=["user", "country"], name="administration_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.country_id}"
