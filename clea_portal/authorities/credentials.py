"""What the portal presents to a server at this moment."""

from datetime import datetime

from django.conf import settings

from clea_portal.authorities.enums import Authentication, ServerKind
from clea_portal.authorities.models import ServerAuthority
from clea_portal.cluster_server.credentials import NOTHING, Credentials, basic, bearer
from clea_portal.cluster_server.tokens import make_token
from clea_portal.protocol.errors import BadKey


def credentials_of(server: ServerAuthority, *, now: datetime) -> Credentials:
    """For one call: a token of its own where tokens are signed here. Raises BadKey where nothing usable was entered.

    A page that nobody gave a key for is open to everybody: nothing is presented there.
    """
    if server.kind == ServerKind.FORM and server.authentication == Authentication.KEY and not server.client_key:
        return NOTHING
    if not server.has_credentials:
        raise BadKey("nothing to present was entered", where=server.authentication)
    match server.authentication:
        case Authentication.KEY:
            return bearer(
                make_token(private_key_hex=server.client_key, issuer=settings.PUBLIC_URL, audience=server.base_url, now=now)
            )
        case Authentication.BEARER:
            return bearer(server.bearer_token)
        case Authentication.BASIC:
            return basic(server.user_name, server.password)
        case Authentication.CERTIFICATE:
            return Credentials(certificate=server.tls_certificate, key=server.tls_key)
    return NOTHING
