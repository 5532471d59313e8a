"""What a cluster server sends, and how it says who it is."""

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
from django.conf import settings
from django.test import Client
from django.utils import timezone

from clea_portal.authorities.models import ServerAuthority
from clea_portal.protocol.keys import generate_private_key, parse_private_key, public_key_hex
from clea_portal.protocol.lsp import Contact, encrypt_contact
from clea_portal.protocol.ntp import round_to_hour, to_ntp
from tests.factories import SK_MCTA, ready_country

URL = "/api/v1/contact-messages/"
SK_SENDER = parse_private_key("44" * 32)
PHONE, PIN = "33476123456", "314159"


def sending_server(**country: Any) -> ServerAuthority:
    """The server of a country with keys, whose messages are signed with SK_SENDER."""
    server = ready_country(**country).server
    server.messages_key = public_key_hex(SK_SENDER.public_key())
    server.save()
    return server


def encrypted_contact(*, region: int = 38, key: Any = None) -> bytes:
    contact = Contact(phone=PHONE, region=region, pin=PIN, t_period_start=round_to_hour(to_ntp(timezone.now())))
    return encrypt_contact(contact, key or SK_MCTA.public_key())


def words(**changes: Any) -> dict[str, Any]:
    """A message of yesterday, two hours long."""
    start = (timezone.now() - timedelta(days=1)).replace(microsecond=0)
    said = {
        "id": str(uuid4()),
        "encrypted_contact": base64.urlsafe_b64encode(encrypted_contact()).rstrip(b"=").decode(),
        "ltid": str(uuid4()),
        "start": start.isoformat(),
        "duration": 7200,
        "risk": 3.0,
    }
    return said | changes


def token(*, key: Any = SK_SENDER, without: str = "", headers: dict[str, Any] | None = None, **claims: Any) -> str:
    now = int(timezone.now().timestamp())
    said = {"iss": "http://127.0.0.1:9", "aud": settings.PUBLIC_URL, "iat": now, "exp": now + 60, "jti": str(uuid4())} | claims
    said.pop(without, None)
    return jwt.encode(said, key, algorithm="ES256", headers=headers)


def post(said: Any, *, bearer: str | None = None, client: Client | None = None, **headers: str) -> Any:
    """As the server of ``sending_server`` unless ``bearer`` says otherwise; an empty one sends none."""
    bearer = token() if bearer is None else bearer
    named = {name.replace("_", "-"): value for name, value in headers.items()} | {"accept-language": "en"}
    named |= {"authorization": f"Bearer {bearer}"} if bearer else {}
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return (client or Client()).generic("POST", URL, body, content_type="application/json", headers=named)


def another_key() -> Any:
    return generate_private_key()
