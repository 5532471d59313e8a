from typing import Any

from clea_portal.accounts.models import User
from clea_portal.audit.trail import record_act
from mct.messages.enums import MessageEntry
from mct.messages.models import ContactMessage, MessageEvent


def note(message: ContactMessage, entry: MessageEntry, *, by: User | None, to: User | None = None, remark: str = "") -> None:
    """Write a line of the message's history; an act of a person goes into the audit trail too, without the remark."""
    MessageEvent.objects.create(message=message, entry=entry, actor=by, to=to, remark=remark)
    if by is not None:
        details: dict[str, Any] = {"to": str(to.uuid)} if to else {}
        record_act(actor=by, verb=f"message_{entry.value}", on=message, **details)
