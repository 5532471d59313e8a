"""``Authorization: Bearer clea_…``, and nothing else: no cookie of a browser ever authorises a call."""

from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from clea_portal.accounts.models import User
from clea_portal.api.enums import CaseScope, Scope
from clea_portal.api.problems import Refused
from clea_portal.api.tokens import Caller, Speaker, Tracer, find_caller


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, Speaker] | None:
        words = get_authorization_header(request).split()
        if not words:
            return None
        if len(words) != 2 or words[0].lower() != b"bearer":
            raise AuthenticationFailed(_("The header must be: Authorization: Bearer, a space, and a token."))
        found = find_caller(words[1].decode(errors="replace"), now=timezone.now())
        if found is None:
            raise AuthenticationFailed(
                _("This token is unknown, expired or revoked, or its owner has left the organisation or team. Make a new one.")
            )
        return found.user, found

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class MayCall(BasePermission):
    """Everybody with a token reads; whoever may issue writes. A view whose ``is_reading`` is true only makes files to read."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, Speaker):
            raise NotAuthenticated(_("Send a token: Authorization: Bearer clea_… You make one on your account’s page of tokens."))
        if not isinstance(request.auth, view.speaks_for):
            raise Refused("read-only", _("This token is of another kind: some speak for an organisation, others for your cases."))
        if request.method in SAFE_METHODS or request.auth.may_issue or getattr(view, "is_reading", False):
            return True
        if request.auth.token.scope in (Scope.READ, CaseScope.READ):
            raise Refused("read-only", _("This token may only read. Make one that may issue."))
        raise Refused("read-only", _("You may only see and print what this organisation has. Ask one of its owners."))


def caller(request: Request) -> Caller:
    """Whom the call speaks for. Only for views that MayCall has let through."""
    return cast(Caller, request.auth)


def tracer(request: Request) -> Tracer:
    """The same for views that speak for contact tracing."""
    return cast(Tracer, request.auth)
