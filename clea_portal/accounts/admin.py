from django.contrib import admin

from clea_portal.accounts.models import Administration, TeamMembership, User
from clea_portal.authorities.admin import Audited


class TeamMembershipInline(admin.StackedInline):  # type: ignore[type-arg]
    model = TeamMembership
    extra = 0


class AdministrationInline(admin.StackedInline):  # type: ignore[type-arg]
    model = Administration
    extra = 0


@admin.register(User)
class UserAdmin(Audited):
    """Names, roles and suspension. Passwords and second factors are the person's own affair: by e-mail reset."""

    list_display = ["email", "is_active", "is_staff", "date_joined"]
    search_fields = ["email"]
    fields = ["email", "time_zone", "is_active", "is_staff", "is_superuser"]
    inlines = [TeamMembershipInline, AdministrationInline]
