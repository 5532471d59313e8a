from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from clea_portal.audit.models import AuditEvent


@admin.register(AuditEvent)
class AuditEventAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """To read. Nothing is added, changed or deleted by hand."""

    list_display = ["at", "kind", "actor", "verb", "subject", "subject_uuid"]
    list_filter = ["kind", "verb", "subject"]
    list_select_related = ["actor"]
    date_hierarchy = "at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
