"""Programs that call the API."""

import json
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from clea_portal.accounts.enums import MemberRole
from clea_portal.accounts.models import Organisation, User
from clea_portal.api.enums import Scope
from clea_portal.api.tokens import make_token
from tests.members import member

PROBLEM = "application/problem+json"


class Program(Client):
    """Sends and asks for JSON, with a token if it has one."""

    def __init__(self, token: str = "", *, language: str = "en", **headers: str) -> None:
        known = {"accept-language": language} | ({"authorization": f"Bearer {token}"} if token else {})
        super().__init__(headers=known | headers)
        self.token = token

    def send(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        body = {} if data is None else {"data": json.dumps(data), "content_type": "application/json"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.generic(method.upper(), path, headers=named, **body)


def program(
    organisation: Organisation,
    *,
    role: MemberRole = MemberRole.OWNER,
    scope: Scope = Scope.ISSUE,
    user: User | None = None,
    lifetime: timedelta | None = None,
    language: str = "en",
) -> Program:
    """A program of a member of the organisation."""
    _row, secret = make_token(
        by=user or member(organisation, role),
        organisation=organisation,
        name="Box office",
        scope=scope,
        lifetime=lifetime,
        now=timezone.now(),
    )
    return Program(secret, language=language)
