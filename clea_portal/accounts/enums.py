from django.db import models
from django.utils.translation import gettext_lazy as _


class MemberRole(models.TextChoices):
    OWNER = "owner", _("owner")
    EDITOR = "editor", _("editor")
    READER = "reader", _("reader")


class TeamRole(models.TextChoices):
    AGENT = "agent", _("contact tracing agent")
    LEAD = "lead", _("contact tracing lead")


class StaffRole(models.TextChoices):
    """What somebody is invited as: to a team, or as an administrator of the country."""

    AGENT = "agent", _("contact tracing agent")
    LEAD = "lead", _("contact tracing lead")
    ADMINISTRATOR = "administrator", _("administrator")


class AfterHandOver(models.TextChoices):
    """What becomes of an owner once the member to whom they offered ownership has accepted."""

    STAYS = "stays", _("I stay an owner too")
    EDITOR = "editor", _("I become an editor")
    LEAVES = "leaves", _("I leave the organisation")
