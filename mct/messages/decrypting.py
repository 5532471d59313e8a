"""Opens the contact messages that wait, with the key pairs of their country's contact tracing authority."""

from collections.abc import Iterator
from datetime import timedelta

import structlog
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from django.db import transaction
from django.utils import timezone

from clea_portal.authorities.models import Region, TracingKey
from clea_portal.protocol.errors import ProtocolError
from clea_portal.protocol.keys import parse_private_key
from clea_portal.protocol.lsp import Contact, decrypt_contact
from mct.messages.enums import MessageEntry, MessageState
from mct.messages.history import note
from mct.messages.models import ContactMessage
from mct.waking import DECRYPT_MESSAGE, send

logger = structlog.get_logger(__name__)

BATCH = 200
# What has just come in has its own wake-up under way.
GRACE = timedelta(seconds=5)


def decrypt_message(message_id: int) -> None:
    """Open one waiting message and give it to its region; what no key opens is kept and said to be so. Safe to run twice."""
    message = ContactMessage.objects.filter(pk=message_id, state=MessageState.WAITING).first()
    if message is None:
        return
    assert message.content is not None
    contact = _open(message.content, country=message.country_id)
    now = timezone.now()
    if contact is None:
        changes: dict[str, object] = {"state": MessageState.UNREADABLE, "state_changed_at": now}
    else:
        changes = {
            "state": MessageState.OPEN,
            "state_changed_at": now,
            "content": None,
            "phone": contact.phone,
            "pin": contact.pin,
            "region_number": str(contact.region),
            "region": Region.objects.filter(country=message.country_id, number=contact.region).first(),
        }
    with transaction.atomic():
        if not ContactMessage.objects.filter(pk=message.pk, state=MessageState.WAITING).update(**changes):
            return
        note(message, MessageEntry.DECRYPTED if contact else MessageEntry.NOT_DECRYPTED, by=None)
    logger.info("contact message decrypted", message=str(message.uuid), opened=contact is not None)


def sweep() -> None:
    """Wake the worker for every message that waits."""
    waiting = ContactMessage.objects.filter(state=MessageState.WAITING, state_changed_at__lte=timezone.now() - GRACE)
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        send(DECRYPT_MESSAGE, pk)


def _open(content: bytes, *, country: int) -> Contact | None:
    """By the generation that it was made for, the newest first: which one that is only the attempt shows."""
    for key in _keys(country):
        try:
            return decrypt_contact(content, key)
        except ProtocolError:
            continue
    return None


def _keys(country: int) -> Iterator[EllipticCurvePrivateKey]:
    keys = TracingKey.objects.filter(authority__country=country, private_key__isnull=False)
    for text in keys.values_list("private_key", flat=True):
        assert text is not None
        yield parse_private_key(text)
