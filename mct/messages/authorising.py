"""Which cluster server calls: by a short-lived ES256 JWT of its authority, or by a client certificate that the proxy checked."""

import re
from typing import Any

import jwt
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from clea_portal.api.problems import Refused
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.models import Country, ServerAuthority
from clea_portal.cluster_server.tokens import MAX_LIFETIME
from clea_portal.limits import seconds_to_wait
from clea_portal.protocol.keys import fingerprint, parse_public_key

# Two machines' clocks are rarely the same to the second.
LEEWAY = 10
REQUIRED = ["iss", "aud", "iat", "exp", "jti"]
MINUTE = 60
_FINGERPRINT = re.compile(r"[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}")


class ServerAuthentication(BaseAuthentication):
    """``Authorization: Bearer`` and a JWT; without one, the header named by SERVER_CERTIFICATE_HEADER, where that is set."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ServerAuthority] | None:
        if not Country.objects.exclude(deployment=Deployment.NONE).exists():
            raise Http404
        server = self._server(request)
        if server is None:
            return None
        if not server.country.has_tracing:
            raise Http404
        return AnonymousUser(), server

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="contact-messages"'

    @staticmethod
    def _server(request: Request) -> ServerAuthority | None:
        words = get_authorization_header(request).split()
        if words:
            if len(words) != 2 or words[0].lower() != b"bearer":
                raise AuthenticationFailed(_("The header must be: Authorization: Bearer, a space, and a token."))
            return server_of_token(words[1].decode(errors="replace"))
        name = settings.SERVER_CERTIFICATE_HEADER
        certificate = request.headers.get(name, "").strip() if name else ""
        return server_of_certificate(certificate) if certificate else None


class IsServer(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ServerAuthority):
            raise NotAuthenticated(
                _("Send a token that the server authority has signed: Authorization: Bearer, a space, and the token.")
            )
        return True


class CallsPerServer(BaseThrottle):
    def allow_request(self, request: Request, view: Any) -> bool:
        limit = settings.API_CALLS_PER_MINUTE
        wait = seconds_to_wait(f"api:server:{server_of(request).pk}", limit=limit, window=MINUTE)
        if wait:
            told = ngettext(
                "A server may make %(limit)s call a minute.", "A server may make %(limit)s calls a minute.", limit
            ) % {"limit": limit}
            again = ngettext("Try again in %(count)s second.", "Try again in %(count)s seconds.", wait) % {"count": wait}
            raise Refused("too-many-calls", f"{told} {again}", wait=wait)
        return True


class ServerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = ServerAuthentication
    name = "serverToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "ES256, signed with the key whose public half the server authority has given to the portal. `iss`: the"
            " server's base address; `aud`: the portal's address; `iat`; `exp`, at most 300 seconds later; `jti`. Where the"
            " portal's proxy checks client certificates, the certificate is enough.",
        }


def server_of(request: Request) -> ServerAuthority:
    """Whose message it is. Only for views that IsServer has let through."""
    server = request.auth
    assert isinstance(server, ServerAuthority)
    return server


def server_of_token(token: str) -> ServerAuthority:
    """The server whose key has signed. Raises AuthenticationFailed, which says what is wrong as far as a stranger may know."""
    try:
        wanted = jwt.get_unverified_header(token).get("kid")
    except jwt.InvalidTokenError:
        raise AuthenticationFailed(_("The token cannot be read.")) from None
    for server in ServerAuthority.objects.exclude(messages_key="").select_related("country"):
        key = parse_public_key(server.messages_key)
        if wanted is not None and wanted != fingerprint(key):
            continue
        try:
            claims: dict[str, Any] = jwt.decode(
                token, key, algorithms=["ES256"], audience=settings.PUBLIC_URL, leeway=LEEWAY, options={"require": REQUIRED}
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.ExpiredSignatureError:
            raise AuthenticationFailed(_("The token has expired. Sign one for each call.")) from None
        except jwt.InvalidAudienceError:
            raise AuthenticationFailed(_("The token is for another portal: “aud” must be this portal’s address.")) from None
        except jwt.InvalidTokenError:
            raise AuthenticationFailed(_("The token lacks a claim, or one of its claims is not right.")) from None
        if int(claims["exp"]) - int(claims["iat"]) > MAX_LIFETIME:
            raise AuthenticationFailed(_("The token lives longer than %(seconds)d seconds.") % {"seconds": MAX_LIFETIME})
        if str(claims["iss"]).rstrip("/") != server.base_url.rstrip("/"):
            raise AuthenticationFailed(
                _("“iss” must be the server’s base address, as the portal’s administrator has entered it.")
            )
        return server
    raise AuthenticationFailed(_("No key that the portal knows has signed this token."))


def server_of_certificate(certificate: str) -> ServerAuthority:
    """Raises AuthenticationFailed."""
    given = _plain(certificate)
    for server in ServerAuthority.objects.exclude(client_certificate="").select_related("country"):
        if constant_time_compare(_plain(server.client_certificate), given):
            return server
    raise AuthenticationFailed(_("The portal does not know this client certificate."))


def _plain(certificate: str) -> str:
    """Fingerprints are written in several ways; a subject is compared as it stands."""
    text = certificate.strip()
    return text.replace(":", "").lower() if _FINGERPRINT.fullmatch(text) else text
