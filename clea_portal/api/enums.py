from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    READ = "read", _("read: list and download")
    ISSUE = "issue", _("read and issue: also make, change and renew")


class CaseScope(models.TextChoices):
    """Of tokens that speak for a person of contact tracing, not for an organisation."""

    READ = "cases:read", _("read cases")
    WRITE = "cases:write", _("read and register cases")
