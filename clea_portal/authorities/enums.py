from django.db import models
from django.utils.translation import gettext_lazy as _


class Deployment(models.IntegerChoices):
    """The three deployments of the CLÉA slides: which role the contact tracing team has."""

    CENTRAL = 1, _("1: contact tracing team at the centre")
    EDGE = 2, _("2: contact tracing team informed, off the critical path")
    NONE = 3, _("3: no contact tracing team")


class AsynchronousStyle(models.TextChoices):
    """How a country's phones understand a code that is scanned before or after the event."""

    TYPE_1 = "type_1", _("LSP type 1, as specified")
    PARAMETER = "parameter", _("LSP type 0 with the t parameter, for the deployed application")


class ServerKind(models.TextChoices):
    FORM = "form", _("form page of the deployed server")
    API = "api", _("manual clusters API")


class Authentication(models.TextChoices):
    """What the portal shows a cluster server with each call."""

    NONE = "none", _("nothing")
    KEY = "es256", _("short-lived tokens signed with a key of the portal (ES256)")
    BEARER = "bearer", _("a token that the operator gave (bearer)")
    BASIC = "basic", _("user name and password (basic)")
    CERTIFICATE = "certificate", _("a client certificate")
