"""Making, editing and archiving events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from clea_portal.accounts.models import Organisation, User
from clea_portal.audit.trail import record_act
from clea_portal.codes.places import PlaceDetails, fill_in, leave_behind, set_fields
from events.codes import Part, issue_codes, locked
from events.errors import SlotOutside
from events.models import Event
from events.slots import SlotDetails, add_slots
from events.timing import fits_one_period, period_of


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Aware moments, and the IANA name of the zone in which people say them."""

    start: datetime
    end: datetime
    time_zone: str


@transaction.atomic
def plan_event(
    *,
    by: User,
    organisation: Organisation,
    details: PlaceDetails,
    schedule: Schedule,
    now: datetime,
    slots: Sequence[SlotDetails] = (),
) -> Event:
    """An event with its codes, or without any if it is too long for them: then it is to be divided into slots.

    ``slots``: those that it begins with. Raises NoKey, WrongCountry, and what `add_slots` raises; then nothing is made.
    """
    event = Event(organisation=organisation, created_at=now)
    fill_in(event, details)
    _set_schedule(event, schedule)
    event.save()
    record_act(actor=by, verb="created", on=event)
    if slots:
        add_slots(event=event, slots=slots, by=by, now=now)
    elif fits_one_period(start=event.start, end=event.end):
        issue_codes(event=event, parts=[Part()], by=by, now=now)
    return event


@transaction.atomic
def change_event(event: Event, *, by: User, details: PlaceDetails, schedule: Schedule) -> list[str]:
    """The names of the fields that changed. Issued codes stay, and know that they are left behind.

    Raises EventTooLong if the event has codes for the whole of it, SlotOutside if it no longer covers its slots.
    """
    locked(event.pk)
    event.refresh_from_db()
    changed = fill_in(event, details) + _set_schedule(event, schedule)
    if not changed:
        return []
    _check_slots(event)
    event.save(update_fields=changed)
    of_whole = event.codes.current().filter(slot=None)
    if of_whole.exists():
        period_of(start=event.start, end=event.end)
    leave_behind(of_whole, changed=changed)
    leave_behind(event.codes.current().exclude(slot=None), changed=set(changed) - {"start", "end"})
    record_act(actor=by, verb="changed", on=event, fields=sorted(changed))
    return changed


@transaction.atomic
def archive_event(event: Event, *, by: User, now: datetime) -> None:
    """Its codes stay valid: phones still recognise them. Archiving twice changes nothing."""
    if Event.objects.filter(pk=event.pk, archived_at__isnull=True).update(archived_at=now):
        record_act(actor=by, verb="archived", on=event)


@transaction.atomic
def bring_back_event(event: Event, *, by: User) -> None:
    if Event.objects.archived().filter(pk=event.pk).update(archived_at=None):
        record_act(actor=by, verb="brought_back", on=event)


def _set_schedule(event: Event, schedule: Schedule) -> list[str]:
    return set_fields(event, start=schedule.start, end=schedule.end, time_zone=schedule.time_zone)


def _check_slots(event: Event) -> None:
    if event.slots.in_use().filter(Q(start__lt=event.start) | Q(end__gt=event.end)).exists():
        raise SlotOutside
