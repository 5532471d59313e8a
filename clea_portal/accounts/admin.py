from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from clea_portal.accounts.models import Administration, TeamMembership, User
from clea_portal.authorities.admin import Audited

# Whoever could write another person's address or second factor could sign in as that person. Groups have no use here.
for model in (EmailAddress, Authenticator, Group):
    admin.site.unregister(model)


class TeamMembershipInline(admin.StackedInline):  # type: ignore[type-arg]
    model = TeamMembership
    fk_name = "user"
    extra = 0


class AdministrationInline(admin.StackedInline):  # type: ignore[type-arg]
    model = Administration
    fk_name = "user"
    extra = 0


@admin.register(User)
class UserAdmin(Audited):
    """Names, roles and suspension. Passwords and second factors are the person's own affair: by e-mail reset."""

    list_display = ["email", "is_active", "is_staff", "date_joined"]
    search_fields = ["email"]
    fields = ["email", "time_zone", "is_active", "is_staff", "is_superuser"]
    inlines = [TeamMembershipInline, AdministrationInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The address is the account: it is written once, and changed by its owner alone."""
        return ["email"] if obj else []
