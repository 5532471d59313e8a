"""Who may declare by the api: clients that sign a short-lived ES256 JWT with a key that the sandbox knows."""

from dataclasses import dataclass
from typing import Any

import jwt
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from clea_portal.cluster_server.sandbox import options
from clea_portal.cluster_server.sandbox.keys import client_keys
from clea_portal.cluster_server.tokens import MAX_LIFETIME

# Two machines' clocks are rarely the same to the second.
LEEWAY = 10
REQUIRED = ["iss", "aud", "iat", "exp", "jti"]


@dataclass(frozen=True)
class Client:
    """Whom a token speaks for, by its ``iss``."""

    issuer: str


class ClientAuthentication(BaseAuthentication):
    """``Authorization: Bearer`` and a JWT, whose claims the view finds in ``request.auth``."""

    def authenticate(self, request: Request) -> tuple[Client, dict[str, Any]] | None:
        words = get_authorization_header(request).split()
        if not words:
            return None
        if len(words) != 2 or words[0].lower() != b"bearer":
            raise AuthenticationFailed("The header must be: Authorization: Bearer, and a token.")
        claims = read_claims(words[1].decode(errors="replace"), audiences=self.audiences())
        return Client(str(claims["iss"])), claims

    def audiences(self) -> list[str]:
        """What a token may name as its audience."""
        return options.current().audiences

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class IsClient(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, Client)


def read_claims(token: str, *, audiences: list[str]) -> dict[str, Any]:
    """What a valid token says. Raises AuthenticationFailed, which says what is wrong as far as a client may know."""
    for key in client_keys():
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=["ES256"],
                audience=audiences,
                leeway=LEEWAY,
                options={"require": REQUIRED},
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.ExpiredSignatureError:
            raise AuthenticationFailed("The token has expired.") from None
        except jwt.InvalidAudienceError:
            raise AuthenticationFailed("The token is for another server.") from None
        except jwt.InvalidTokenError:
            raise AuthenticationFailed("The token is malformed or lacks a claim.") from None
        if claims["exp"] - claims["iat"] > MAX_LIFETIME:
            raise AuthenticationFailed(f"The token lives longer than {MAX_LIFETIME} seconds.")
        return claims
    raise AuthenticationFailed("No known key has signed the token.")
