"""What agents and leads do with a contact message. Every act is a conditional update: who comes second changes nothing."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from clea_portal.accounts.models import TeamMembership, User
from clea_portal.accounts.roles import lock_person
from clea_portal.authorities.models import Region
from mct.cases import register_case
from mct.contact_links import make_link
from mct.messages.enums import MessageEntry, MessageState
from mct.messages.history import note
from mct.messages.models import PIN_TRIES, ContactMessage
from mct.models import Case
from mct.moves import IllegalMove, SomeoneWasFaster
from mct.waking import DECRYPT_MESSAGE, wake


class Locked(Exception):
    """Three PINs were wrong: a lead decides whether there are more tries."""


# Whom nobody needs to call any more is not kept: the contact goes, and with it what the cluster server's bytes held.
_ERASED: dict[str, Any] = {"phone": None, "pin": None, "content": None, "retry_at": None}


@transaction.atomic
def take(message: ContactMessage, *, by: User) -> None:
    """Raises SomeoneWasFaster when somebody has it already, it is closed, or ``by`` works there no more."""
    _keep_working(by, message)
    _change(message, Q(taken_by__isnull=True), taken_by=by)
    note(message, MessageEntry.TAKEN, by=by)


@transaction.atomic
def hand_over(message: ContactMessage, *, to: User | None, by: User) -> None:
    """Give a message that is somebody's to ``to``, or, for None, back to whoever takes it next. Raises SomeoneWasFaster.

    It is taken from whom ``message`` says has it.
    """
    if to is not None:
        _keep_working(to, message)
    _change(message, Q(taken_by=message.taken_by_id, taken_by__isnull=False), taken_by=to)
    note(message, MessageEntry.HANDED_OVER if to else MessageEntry.GIVEN_BACK, by=by, to=to)


@transaction.atomic
def give_to_region(message: ContactMessage, *, region: Region, by: User) -> None:
    """A lead's act, for a message of the wrong region or of none. Nobody has it after that. Raises SomeoneWasFaster."""
    assert region.country_id == message.country_id
    _change(message, Q(region=message.region_id) if message.region_id else Q(region__isnull=True), region=region, taken_by=None)
    note(message, MessageEntry.REGION_CHANGED, by=by)


def try_pin(message: ContactMessage, *, pin: str, by: User) -> bool:
    """Whether the PIN that the contact says is the one of the code. Each attempt is counted before anything is compared.

    Raises Locked after PIN_TRIES wrong ones, SomeoneWasFaster when it matched before, or is not this person's any more.
    """
    with transaction.atomic():
        mine = _mine(message, by)
        if not mine.filter(matched_at__isnull=True, tries_left__gt=0).update(tries_left=F("tries_left") - 1):
            message.refresh_from_db()
            if mine.exists() and message.is_locked:
                raise Locked
            raise SomeoneWasFaster
        message.refresh_from_db()
        matches = constant_time_compare(message.pin or "", pin)
        if matches:
            ContactMessage.objects.filter(pk=message.pk).update(matched_at=timezone.now(), tries_left=PIN_TRIES, retry_at=None)
        else:
            ContactMessage.objects.filter(pk=message.pk).update(wrong_pins=F("wrong_pins") + 1, retry_at=None)
        note(message, MessageEntry.PIN_MATCHED if matches else MessageEntry.PIN_WRONG, by=by)
    message.refresh_from_db()
    return matches


@transaction.atomic
def unlock(message: ContactMessage, *, by: User) -> None:
    """A lead's act: PIN_TRIES more. Raises SomeoneWasFaster when it is not locked."""
    _change(message, Q(tries_left=0, matched_at__isnull=True), tries_left=PIN_TRIES)
    note(message, MessageEntry.UNLOCKED, by=by)


@transaction.atomic
def note_call(message: ContactMessage, *, remark: str, by: User) -> None:
    """The contact was spoken to. Raises SomeoneWasFaster."""
    _change(message, Q(taken_by=by), retry_at=None)
    note(message, MessageEntry.CALLED, by=by, remark=remark)


@transaction.atomic
def not_reached(message: ContactMessage, *, retry_at: datetime, remark: str, by: User) -> None:
    """Nobody answered; ``retry_at``: when to call again. Raises SomeoneWasFaster."""
    _change(message, Q(taken_by=by), retry_at=retry_at)
    note(message, MessageEntry.NOT_REACHED, by=by, remark=remark)


@transaction.atomic
def open_case(message: ContactMessage, *, by: User) -> Case:
    """A draft case of the message's region and the cluster's hours, once a PIN has matched, and once only.

    Neither names the other, in no row and in no trail: the case will hold an LTId, and the message holds a phone number. So only
    the case tells who opened it, and when.
    Raises IllegalMove before a match, for a cluster that begins only now and for a message of no region, SomeoneWasFaster.
    """
    now = timezone.now()
    start, end = message.start, min(message.end, now)
    if message.matched_at is None or message.region is None or end <= start:
        raise IllegalMove
    _change(message, Q(taken_by=by, case_opened=False), case_opened=True)
    return register_case(
        region=message.region,
        exposure_start=start,
        exposure_end=end,
        infected_count=1,
        reference="",
        notes="",
        pictures=[],
        links=[],
        by=by,
    )


@transaction.atomic
def ask_for_register(message: ContactMessage, *, by: User) -> Case:
    """A case, as ``open_case`` opens it, and a link by which the contact sends its code and register pages. Raises the same."""
    case = open_case(message, by=by)
    make_link(case=case, by=by, now=timezone.now())
    return case


@transaction.atomic
def finish(message: ContactMessage, *, remark: str, by: User) -> None:
    """Nothing is left to do: phone and PIN are erased. Raises SomeoneWasFaster."""
    _change(message, Q(taken_by=by), state=MessageState.DONE, state_changed_at=timezone.now(), **_ERASED)
    note(message, MessageEntry.DONE, by=by, remark=remark)


@transaction.atomic
def close_as_forged(message: ContactMessage, *, by: User) -> None:
    """The contact does not know the PIN: somebody else made the code. Phone and PIN are erased.

    Raises SomeoneWasFaster, also where no wrong PIN was given or one has matched.
    """
    wrong = Q(taken_by=by, wrong_pins__gt=0, matched_at__isnull=True)
    _change(message, wrong, state=MessageState.FORGED, state_changed_at=timezone.now(), **_ERASED)
    note(message, MessageEntry.FORGED, by=by)


@transaction.atomic
def decrypt_again(message: ContactMessage, *, by: User) -> None:
    """A lead's act, after an administrator has added the missing key generation. Raises SomeoneWasFaster."""
    changed = ContactMessage.objects.filter(pk=message.pk, state=MessageState.UNREADABLE).update(
        state=MessageState.WAITING, state_changed_at=timezone.now()
    )
    if not changed:
        raise SomeoneWasFaster
    note(message, MessageEntry.TRIED_AGAIN, by=by)
    wake(DECRYPT_MESSAGE, message.pk)


@transaction.atomic
def give_up(message: ContactMessage, *, by: User) -> None:
    """A lead's act: a message that no key opens is not tried again; its bytes are erased. Raises SomeoneWasFaster."""
    changed = ContactMessage.objects.filter(pk=message.pk, state=MessageState.UNREADABLE).update(
        state=MessageState.DONE, state_changed_at=timezone.now(), **_ERASED
    )
    if not changed:
        raise SomeoneWasFaster
    note(message, MessageEntry.DONE, by=by)


def _keep_working(person: User, message: ContactMessage) -> None:
    """In the instant of a suspension, a message would stay with somebody who sees it no more. Raises SomeoneWasFaster."""
    lock_person(person.pk)
    working = TeamMembership.objects.active().filter(user=person)
    seen = Q(team__region=message.region_id) if message.region_id else Q(team__region__country=message.country_id)
    if not working.filter(seen).exists():
        raise SomeoneWasFaster


def _mine(message: ContactMessage, by: User) -> Any:
    return ContactMessage.objects.filter(pk=message.pk, state=MessageState.OPEN, taken_by=by)


def _change(message: ContactMessage, condition: Q, **changes: Any) -> None:
    """Change an open message on which the condition still holds. Raises SomeoneWasFaster."""
    if not ContactMessage.objects.filter(condition, pk=message.pk, state=MessageState.OPEN).update(**changes):
        raise SomeoneWasFaster
    for name, value in changes.items():
        setattr(message, name, value)
