"""Making, editing and archiving events."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from clea_portal.accounts.models import Organisation, User
from clea_portal.audit.trail import record_act
from clea_portal.codes.places import PlaceDetails, fill_in, leave_behind, set_fields
from events.codes import issue_codes
from events.models import Event
from events.timing import period_of


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Aware moments, and the IANA name of the zone in which people say them."""

    start: datetime
    end: datetime
    time_zone: str


@transaction.atomic
def plan_event(*, by: User, organisation: Organisation, details: PlaceDetails, schedule: Schedule, now: datetime) -> Event:
    """An event with its two codes. Raises EventTooLong, NoKey, WrongCountry; then nothing is made."""
    event = Event(organisation=organisation, created_at=now)
    fill_in(event, details)
    _set_schedule(event, schedule)
    event.save()
    record_act(actor=by, verb="created", on=event)
    issue_codes(event=event, by=by, now=now)
    return event


@transaction.atomic
def change_event(event: Event, *, by: User, details: PlaceDetails, schedule: Schedule) -> list[str]:
    """The names of the fields that changed. Raises EventTooLong. Issued codes stay, and know that they are left behind."""
    changed = fill_in(event, details) + _set_schedule(event, schedule)
    if changed:
        event.save(update_fields=changed)
        leave_behind(event.codes.current(), changed=changed)
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
    period_of(start=schedule.start, end=schedule.end)
    return set_fields(event, start=schedule.start, end=schedule.end, time_zone=schedule.time_zone)
