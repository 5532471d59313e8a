"""Whether the portal may call an address, said when it is entered; every call looks again."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clea_portal.cluster_server.addresses import AddressRefusedError, check_url, resolve
from clea_portal.cluster_server.outcomes import Reason


def check_address(url: str) -> str:
    """A warning for an address whose name nobody knows yet, else nothing. Raises ValidationError for one that is never called."""
    private = settings.ALLOW_PRIVATE_CLUSTER_SERVERS
    try:
        check_url(url, allow_private=private)
        parts = urlsplit(url)
        encrypted = parts.scheme == "https"
        resolve(parts.hostname or "", parts.port or (443 if encrypted else 80), allow_private=private, encrypted=encrypted)
    except AddressRefusedError as error:
        if error.reason == Reason.HOST_UNKNOWN:
            return _("Nobody knows the name %(host)s yet. It was kept all the same: check it for a slip.") % {
                "host": urlsplit(url).hostname
            }
        raise ValidationError(_refusal(error.reason), code=error.reason.value) from None
    return ""


def _refusal(reason: Reason) -> str:
    match reason:
        case Reason.ADDRESS_NOT_ENCRYPTED:
            return _("It must begin with https://, so that nobody can read along.")
        case Reason.ADDRESS_PRIVATE:
            return _(
                "It leads into a private network, which the portal does not call. Where that is meant, the operator sets"
                " ALLOW_PRIVATE_CLUSTER_SERVERS."
            )
    return _("This is not a web address like https://clea.example.org: no user name, no # and no spaces in it.")
