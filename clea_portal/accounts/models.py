"""People, the organisations that own venues and events, and who works for which authority."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.enums import AfterHandOver, MemberRole
from clea_portal.authorities.models import Country, validate_time_zone
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
    # That of the last sign-in or choice: for mails that no page is open for. Empty: the portal's.
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, blank=True, default="")
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

    def owned_by(self, user: User) -> "OrganisationQuerySet":
        return self.filter(memberships__user=user, memberships__role=MemberRole.OWNER)


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


class MembershipQuerySet(models.QuerySet["Membership"]):
    def staying_owners(self) -> "MembershipQuerySet":
        """Owners on whom the organisation can count: they can sign in, and their account is not about to be deleted."""
        return self.filter(role=MemberRole.OWNER, user__is_active=True, user__deletion__isnull=True)


class Membership(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=8, choices=MemberRole)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=MemberRole.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def of_owner(self, user: User) -> "InvitationQuerySet":
        return self.filter(organisation__memberships__user=user, organisation__memberships__role=MemberRole.OWNER)

    def open(self, now: datetime) -> "InvitationQuerySet":
        return self.filter(expires_at__gt=now)


class Invitation(models.Model):
    """To join an organisation, by a link that one person can use once. Answered or revoked, the row is deleted."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(_("role"), max_length=8, choices=MemberRole)
    email = EncryptedTextField(_("e-mail address"))
    # That of the mail, which people without an account can say nowhere else.
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    # SHA-256 of the token, in hex: whoever reads the table cannot open the link.
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("valid until"), db_index=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["created_at", "pk"]
        constraints = [models.CheckConstraint(condition=models.Q(role__in=MemberRole.values), name="invitation_role_known")]

    def __str__(self) -> str:
        return f"{self.uuid}"


class OwnershipOffer(models.Model):
    """An owner asks a member to become one too. Nobody owns an organisation without having said yes."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="offers")
    to = models.ForeignKey(User, on_delete=models.CASCADE, related_name="ownership_offers")
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    afterwards = models.CharField(max_length=6, choices=AfterHandOver)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("valid until"), db_index=True)

    class Meta:
        verbose_name = _("offer of ownership")
        verbose_name_plural = _("offers of ownership")
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "to"], name="ownership_offered_once"),
            models.CheckConstraint(condition=models.Q(afterwards__in=AfterHandOver.values), name="offer_afterwards_known"),
        ]

    def __str__(self) -> str:
        return f"{self.uuid}"


class DeletionQuerySet(models.QuerySet["Deletion"]):
    def concerning(self, user: User) -> "DeletionQuerySet":
        """That of the person's account, and those of the organisations that they belong to."""
        own_organisations = Organisation.objects.of_member(user).values("pk")
        return self.filter(models.Q(user=user) | models.Q(organisation__in=own_organisations))

    def stoppable_by(self, user: User) -> "DeletionQuerySet":
        owned = Organisation.objects.owned_by(user).values("pk")
        return self.filter(models.Q(user=user) | models.Q(organisation__in=owned))

    def with_stoppable(self, user: User) -> "DeletionQuerySet":
        """``stoppable`` of each row: whether the person may stop it."""
        mine = Deletion.objects.stoppable_by(user).filter(pk=models.OuterRef("pk"))
        return self.annotate(stoppable=models.Exists(mine))


class Deletion(models.Model):
    """An account or an organisation that is going to be deleted, unless somebody stops it before. Stopped: no row."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(User, on_delete=models.CASCADE, null=True, related_name="deletion")
    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, null=True, related_name="deletion")
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    ordered_at = models.DateTimeField(_("ordered"))
    due_at = models.DateTimeField(_("due"), db_index=True)
    # When the mails at the start and on the day before were sent.
    told_at = models.DateTimeField(null=True, editable=False)
    reminded_at = models.DateTimeField(null=True, editable=False)

    objects = DeletionQuerySet.as_manager()

    class Meta:
        verbose_name = _("planned deletion")
        verbose_name_plural = _("planned deletions")
        ordering = ["due_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=True, organisation__isnull=False)
                | models.Q(user__isnull=False, organisation__isnull=True),
                name="deletion_of_one_thing",
            ),
            models.CheckConstraint(condition=models.Q(due_at__gt=models.F("ordered_at")), name="deletion_counts_down"),
        ]

    def __str__(self) -> str:
        return f"{self.uuid}"


# Django finds models by this module.
from clea_portal.accounts.session_models import UserSession as UserSession  # noqa: E402
from clea_portal.accounts.staff_models import Administration as Administration  # noqa: E402
from clea_portal.accounts.staff_models import StaffInvitation as StaffInvitation  # noqa: E402
from clea_portal.accounts.staff_models import TeamMembership as TeamMembership  # noqa: E402
