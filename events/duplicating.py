"""The same event again on other days: next year's fair."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from clea_portal.accounts.models import User
from clea_portal.audit.trail import record_act
from events.codes import complete_codes
from events.errors import EventOver
from events.local_times import shifted
from events.models import Event, EventRoom, Slot

YEAR = timedelta(weeks=52)


def proposed_day(event: Event, *, today: date) -> date:
    """The same day of the week about a year later, or the first such day that is still to come."""
    day = event.start.astimezone(event.zone).date() + YEAR
    return day if day >= today else day + timedelta(weeks=-(-(today - day).days // 7))


@transaction.atomic
def duplicate_event(event: Event, *, name: str, first_day: date, by: User, now: datetime) -> Event:
    """A new event with the same details, rooms, tables and slots, and codes of its own.

    It starts on ``first_day``; its slots move by as many days, all at the same local times. Raises EventOver if it would
    be over already, EventTooLong if the clocks make a slot too long, NoKey.
    """
    days = (first_day - event.start.astimezone(event.zone).date()).days
    rooms, slots = list(event.rooms.in_use()), list(event.slots.in_use())
    copy = Event(
        organisation=event.organisation,
        name=name,
        venue_type=event.venue_type,
        venue_category1=event.venue_category1,
        venue_category2=event.venue_category2,
        region=event.region,
        phone=event.phone if event.country.has_tracing else "",
        pin=event.pin if event.country.has_tracing else "",
        tables=event.tables,
        **_moved(event, event.zone, days),
        time_zone=event.time_zone,
        has_staff_codes=event.has_staff_codes,
        created_at=now,
    )
    if copy.end <= now:
        raise EventOver
    copy.save()
    record_act(actor=by, verb="created", on=copy, copy_of=str(event.uuid))
    EventRoom.objects.bulk_create(
        EventRoom(
            event=copy,
            name=room.name,
            independent=room.independent,
            tables=room.tables,
            position=room.position,
            created_at=now,
        )
        for room in rooms
    )
    Slot.objects.bulk_create(
        Slot(
            event=copy,
            name=slot.name,
            **_moved(slot, event.zone, days),
            created_at=now,
        )
        for slot in slots
    )
    complete_codes(copy.pk, by=by, now=now)
    return copy


def _moved(times: Event | Slot, zone: ZoneInfo, days: int) -> dict[str, datetime]:
    start = shifted(times.start, zone, days=days)
    end = shifted(times.end, zone, days=days, later=True)
    # On the night on which the clocks go forward, nothing may be left of a short slot.
    return {"start": start, "end": end if end > start else start + (times.end - times.start)}
