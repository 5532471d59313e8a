"""Case 1: tells the portal whom to call about a place that became a cluster. (CLEA protocol, hand-written registers.)

A row first, sent by a thread until the portal has taken it; its UUID lets the portal tell a repetition.
"""

import base64
import json
import sys
import time
from datetime import datetime, timedelta
from threading import Thread
from uuid import UUID, uuid4

from django.db import DatabaseError, connection
from django.db.models import F
from django.utils import timezone

from clea_portal.cluster_server.exposure import Span
from clea_portal.cluster_server.http import CallError, exchange
from clea_portal.cluster_server.sandbox import options
from clea_portal.cluster_server.sandbox.keys import portal_key
from clea_portal.cluster_server.sandbox.models import ContactMessage, MessageState
from clea_portal.cluster_server.sandbox.publication import RISK
from clea_portal.cluster_server.tokens import make_token
from clea_portal.protocol.keys import private_key_hex

PATH = "/api/v1/contact-messages/"
TIMEOUT = 10.0
# What the portal takes as one cluster.
LONGEST_SECONDS = 48 * 3600
LOOK_SECONDS = 0.5
LONGEST_PAUSE = timedelta(minutes=1)
# What a later attempt would not change: the portal understood, and does not want it so.
FINAL = frozenset({400, 409, 413, 415, 422})


def tell_portal(*, ltid: UUID, contact: bytes | None, hours: Span, now: datetime) -> None:
    """Order one message for a place, unless its code carries no contact, or a message of these hours is ordered already.

    A span that the form declares in several calls becomes one message: what touches one that has not left joins it.
    """
    if not contact or not options.current().portal:
        return
    touching = ContactMessage.objects.filter(ltid=ltid, start__lte=hours[1], end__gte=hours[0])
    for message in touching:
        if message.state == MessageState.WAITING and not message.attempts:
            message.start, message.end = min(message.start, hours[0]), max(message.end, hours[1])
            message.save(update_fields=["start", "end"])
        return
    ContactMessage.objects.create(
        uuid=uuid4(),
        ltid=ltid,
        encrypted_contact=contact,
        start=hours[0],
        end=hours[1],
        risk=RISK,
        next_attempt_at=now + timedelta(seconds=options.current().publish_delay),
    )


def keep_back(*, ltid: UUID | None, start: datetime | None) -> None:
    """A declaration was withdrawn: a message that has not left does not leave."""
    ContactMessage.objects.filter(ltid=ltid, start=start, state=MessageState.WAITING, attempts=0).delete()


def start_telling() -> None:
    """Have a thread of this process send what is due, if there is a portal to tell."""
    if options.current().portal:
        Thread(target=_tell_for_ever, name="contact messages", daemon=True).start()


def _tell_for_ever() -> None:
    while True:
        try:
            tell_due(now=timezone.now())
        except DatabaseError as error:
            print(f"contact messages wait: {type(error).__name__}", file=sys.stderr, flush=True)  # noqa: T201 - a rehearsal's log
        finally:
            connection.close()
        time.sleep(LOOK_SECONDS)


def tell_due(*, now: datetime) -> None:
    """One attempt for every message whose time has come."""
    for message in ContactMessage.objects.filter(state=MessageState.WAITING, next_attempt_at__lte=now):
        # Counted first: from now on it may be out, and nothing joins it any more.
        ContactMessage.objects.filter(pk=message.pk).update(attempts=F("attempts") + 1)
        message.refresh_from_db()
        status = _send(message, now=timezone.now())
        state = MessageState.WAITING
        if status is not None and 200 <= status < 300:
            state = MessageState.SENT
        elif status in FINAL:
            state = MessageState.REFUSED
        pause = min(timedelta(seconds=2 ** min(message.attempts - 1, 10)), LONGEST_PAUSE)
        ContactMessage.objects.filter(pk=message.pk).update(state=state, status=status, next_attempt_at=timezone.now() + pause)


def _send(message: ContactMessage, *, now: datetime) -> int | None:
    """The status of the portal's answer, None where none came."""
    sandbox = options.current()
    token = make_token(private_key_hex=private_key_hex(portal_key()), issuer=sandbox.base_url, audience=sandbox.portal, now=now)
    words = {
        "id": str(message.uuid),
        "encrypted_contact": base64.urlsafe_b64encode(bytes(message.encrypted_contact)).rstrip(b"=").decode(),
        "ltid": str(message.ltid),
        "start": message.start.isoformat(),
        "duration": min(max(1, int((message.end - message.start).total_seconds())), LONGEST_SECONDS),
        "risk": message.risk,
    }
    try:
        answer = exchange(
            method="POST",
            url=sandbox.portal + PATH,
            timeout=TIMEOUT,
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            content=json.dumps(words).encode(),
            allow_private=True,
        )
    except CallError:
        return None
    return answer.status
