from django.db import models
from django.utils.translation import gettext_lazy as _


class MemberRole(models.TextChoices):
    OWNER = "owner", _("owner")
    EDITOR = "editor", _("editor")
    READER = "reader", _("reader")


class TeamRole(models.TextChoices):
    AGENT = "agent", _("contact tracing agent")
    LEAD = "lead", _("contact tracing lead")
