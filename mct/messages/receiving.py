"""Takes in what a cluster server sends, once each, and has it decrypted."""

import json
from datetime import UTC, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from clea_portal.authorities.models import ServerAuthority
from mct.messages.enums import MessageEntry
from mct.messages.history import note
from mct.messages.models import ContactMessage
from mct.waking import DECRYPT_MESSAGE, wake


class OtherContent(Exception):
    """The server has given this number to another message before."""


def receive(
    *,
    server: ServerAuthority,
    number: UUID,
    encrypted_contact: bytes,
    ltid: UUID,
    start: datetime,
    seconds: int,
    risk: float,
    now: datetime,
) -> ContactMessage:
    """Keep a message as it came. The same one a second time is the one that is there; raises OtherContent.

    The LTId only helps to tell whether two messages are the same: stored beside a phone number, it would lead from the public
    list to a place.
    """
    number_digest = _digest("number", f"{server.pk}:{number}")
    said = [encrypted_contact.hex(), str(ltid), start.astimezone(UTC).isoformat(), seconds, float(risk)]
    content_digest = _digest("content", json.dumps(said))
    try:
        with transaction.atomic():
            message = ContactMessage.objects.create(
                server=server,
                country_id=server.country_id,
                number_digest=number_digest,
                content_digest=content_digest,
                content=encrypted_contact,
                hours=f"{start.astimezone(UTC).isoformat()}/{seconds}",
                risk=risk,
                received_at=now,
                state_changed_at=now,
            )
            note(message, MessageEntry.RECEIVED, by=None)
            wake(DECRYPT_MESSAGE, message.pk)
    except IntegrityError:
        message = ContactMessage.objects.get(server=server, number_digest=number_digest)
        if message.content_digest != content_digest:
            raise OtherContent from None
    return message


def _digest(what: str, text: str) -> str:
    return salted_hmac(f"mct.messages.{what}", text, algorithm="sha256").hexdigest()
