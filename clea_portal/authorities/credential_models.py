"""How the portal shows a cluster server who it is."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from clea_portal.authorities.enums import Authentication
from clea_portal.fields import EncryptedTextField


class PortalCredentials(models.Model):
    """What the portal presents with each call, by ``authentication``; secrets of a kind that is not chosen are kept.

    ``client_key`` also signs what phones show after an interview (deployment 1), whatever the calls present.
    """

    authentication = models.CharField(
        _("how the portal shows who it is"), max_length=12, choices=Authentication, default=Authentication.KEY
    )
    client_key = EncryptedTextField(_("private key of the portal (ES256)"), blank=True, editable=False)
    bearer_token = EncryptedTextField(_("token"), blank=True, editable=False)
    user_name = models.CharField(_("user name"), max_length=120, blank=True)
    password = EncryptedTextField(_("password"), blank=True, editable=False)
    tls_certificate = EncryptedTextField(_("client certificate of the portal (PEM)"), blank=True, editable=False)
    tls_key = EncryptedTextField(_("private key of the client certificate (PEM)"), blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def has_credentials(self) -> bool:
        """Whether what the chosen kind needs is there. An ``api`` server that asks for nothing is none that is meant here."""
        match self.authentication:
            case Authentication.KEY:
                return bool(self.client_key)
            case Authentication.BEARER:
                return bool(self.bearer_token)
            case Authentication.BASIC:
                return bool(self.user_name and self.password)
            case Authentication.CERTIFICATE:
                return bool(self.tls_certificate and self.tls_key)
        return True
