"""What the list and the page of contact messages show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import phonenumbers
from django.db.models import Count, Q, QuerySet
from django.forms import Form
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clea_portal.accounts.models import User
from clea_portal.accounts.roles import roles_of
from clea_portal.codes.contacts import readable_phone
from mct.messages import forms
from mct.messages.access import leads
from mct.messages.enums import CLOSED, MessageEntry, MessageState
from mct.messages.models import ContactMessage, MessageEvent
from mct.words import clock, day, hours, moment, short_day

# By the value of ``show`` in the address: what a tab is called.
TABS: dict[str, Promise] = {
    "": gettext_lazy("To do"),
    "mine": gettext_lazy("Mine"),
    "free": gettext_lazy("Free"),
    "due": gettext_lazy("Not reached, due"),
    "unreadable": gettext_lazy("Not decrypted"),
    "done": gettext_lazy("Done"),
}
_HIGH, _RAISED = 3.0, 2.0
_LOOKS = {
    MessageEntry.RECEIVED: ("server", "neutral"),
    MessageEntry.DECRYPTED: ("key", "neutral"),
    MessageEntry.NOT_DECRYPTED: ("key", "warning"),
    MessageEntry.TAKEN: ("user", "accent"),
    MessageEntry.HANDED_OVER: ("users", "neutral"),
    MessageEntry.GIVEN_BACK: ("undo", "neutral"),
    MessageEntry.PIN_MATCHED: ("check-circle", "success"),
    MessageEntry.PIN_WRONG: ("cross-circle", "warning"),
    MessageEntry.UNLOCKED: ("lock", "neutral"),
    MessageEntry.CALLED: ("call", "neutral"),
    MessageEntry.NOT_REACHED: ("clock", "warning"),
    MessageEntry.REGION_CHANGED: ("pin", "neutral"),
    MessageEntry.TRIED_AGAIN: ("refresh", "neutral"),
    MessageEntry.DONE: ("archive", "neutral"),
    MessageEntry.FORGED: ("warning", "danger"),
}


def conditions(user: User, *, now: datetime) -> dict[str, Q]:
    """Of each tab, which messages it shows."""
    to_do = Q(state=MessageState.OPEN)
    return {
        "": to_do,
        "mine": to_do & Q(taken_by=user),
        "free": to_do & Q(taken_by__isnull=True),
        "due": to_do & Q(retry_at__lte=now),
        "unreadable": Q(state=MessageState.UNREADABLE),
        "done": Q(state__in=sorted(CLOSED)),
    }


def counts(messages: QuerySet[ContactMessage], *, user: User, now: datetime) -> dict[str, int]:
    asked = {f"tab_{name}": Count("pk", filter=condition) for name, condition in conditions(user, now=now).items()}
    found = messages.order_by().aggregate(**asked)
    return {name.removeprefix("tab_"): number for name, number in found.items()}


def tabs(current: str, numbers: dict[str, int], *, is_lead: bool) -> Iterable[dict[str, Any]]:
    for name, label in TABS.items():
        if name != "unreadable" or is_lead:
            yield {"name": name, "label": label, "count": numbers[name], "current": name == current}


def row(message: ContactMessage, *, user: User, now: datetime) -> dict[str, Any]:
    return {
        "message": message,
        "day": short_day(message.start),
        "hours": hours(message.start, message.end),
        "risk": risk_word(message.risk),
        "who": _("you") if message.taken_by_id == user.pk else message.taken_by or "",
        "state": state_of(message, now=now),
    }


def state_of(message: ContactMessage, *, now: datetime) -> dict[str, str]:
    """A badge: what is to be done next."""
    match message.state:
        case MessageState.UNREADABLE:
            return {"tone": "warning", "icon": "key", "label": str(MessageState.UNREADABLE.label)}
        case MessageState.DONE:
            return {"tone": "neutral", "icon": "archive", "label": str(MessageState.DONE.label)}
        case MessageState.FORGED:
            return {"tone": "danger", "icon": "warning", "label": str(MessageState.FORGED.label)}
    if message.is_locked:
        return {"tone": "warning", "icon": "lock", "label": _("locked: a lead unlocks")}
    if message.retry_at:
        at = moment(message.retry_at, now=now)
        due = message.retry_at <= now
        label = _("call again: due since %(time)s") if due else _("call again on %(time)s")
        return {"tone": "warning" if due else "info", "icon": "clock", "label": label % {"time": at}}
    if message.matched_at:
        return {"tone": "success", "icon": "check-circle", "label": _("PIN matches")}
    return {"tone": "accent", "icon": "call", "label": str(MessageState.OPEN.label)}


def risk_word(risk: float) -> str:
    if risk >= _HIGH:
        return _("high")
    return _("raised") if risk >= _RAISED else _("low")


@dataclass(frozen=True, kw_only=True)
class Acts:
    """What this person can do with the message now; the verbs decide it again when it is done."""

    take: bool
    call: bool
    try_pin: bool
    unlock: bool
    forged: bool
    open_case: bool
    hand_over: bool
    move: bool
    decrypt_again: bool

    @classmethod
    def of(cls, message: ContactMessage, *, user: User, now: datetime) -> "Acts":
        is_open, is_lead = message.state == MessageState.OPEN, leads(roles_of(user), message)
        mine = is_open and message.taken_by_id == user.pk
        matched = message.matched_at is not None
        return cls(
            take=is_open and message.taken_by_id is None,
            call=mine,
            try_pin=mine and not matched and not message.is_locked,
            unlock=is_open and is_lead and message.is_locked,
            forged=mine and not matched and message.wrong_pins > 0,
            open_case=mine and matched and not message.case_opened and message.region_id is not None and message.start < now,
            hand_over=is_open and message.taken_by_id is not None and (mine or is_lead),
            move=is_open and is_lead,
            decrypt_again=message.state == MessageState.UNREADABLE and is_lead,
        )


def context(message: ContactMessage, *, user: User, now: datetime, bound: dict[str, Form] | None = None) -> dict[str, Any]:
    """What mct/messages/message.html needs. ``bound``: forms that come back with what is wrong in them."""
    acts = Acts.of(message, user=user, now=now)
    own: dict[str, Form] = {
        "pin_form": forms.PinForm(),
        "call_form": forms.CallForm(),
        "missed_form": forms.NotReachedForm(),
        "finish_form": forms.FinishForm(),
    }
    if acts.hand_over:
        own["hand_form"] = forms.HandOverForm(message=message)
    if acts.move:
        own["region_form"] = forms.RegionForm(message=message)
    return {
        "message": message,
        "acts": acts,
        "title": _("Contact message %(number)s") % {"number": message},
        "state": state_of(message, now=now),
        "mine": message.taken_by_id == user.pk,
        "facts": _facts(message, user=user, now=now),
        "dial": f"+{message.phone}" if acts.call and message.phone else "",
        "phone": _readable(message.phone) if acts.call and message.phone else "",
        "tries": ngettext("%(count)d try left.", "%(count)d tries left.", message.tries_left) % {"count": message.tries_left},
        "deleted_on": message.received_at + timedelta(days=message.country.message_retention_days),
        "timeline": [_line(event) for event in message.history.select_related("actor", "to").order_by("-at", "-pk")],
        "open_form": next(iter(bound), "") if bound else "",
        **own,
        **(bound or {}),
    }


def _facts(message: ContactMessage, *, user: User, now: datetime) -> list[dict[str, Any]]:
    region = message.region or _("none: the country has no region %(number)s") % {"number": message.region_number or "?"}
    return [
        {"label": _("Cluster"), "value": f"{day(message.start)}, {hours(message.start, message.end)}"},
        {"label": _("Risk level"), "value": risk_word(message.risk)},
        {"label": _("Region"), "value": region},
        {"label": _("Received"), "value": f"{day(message.received_at)}, {clock(message.received_at)}"},
        {"label": _("Who has it"), "value": row(message, user=user, now=now)["who"] or _("nobody yet")},
    ]


def _readable(phone: str) -> str:
    try:
        return readable_phone(phone)
    except phonenumbers.NumberParseException:
        # Whoever made the code wrote it: it need not be a number that exists.
        return f"+{phone}"


def _line(event: MessageEvent) -> dict[str, Any]:
    entry = MessageEntry(event.entry)
    icon, tone = _LOOKS[entry]
    told = [_("To %(person)s.") % {"person": event.to}] if event.to else []
    quoted = [_("“%(remark)s”") % {"remark": event.remark}] if event.remark else []
    return {
        "when": event.at,
        "title": entry.label,
        "text": " ".join(told + quoted),
        "who": event.actor or "",
        "icon": icon,
        "tone": tone,
    }
