"""The events of an organisation, for its members to take with them."""

from typing import Any

from clea_portal.accounts.models import Organisation
from clea_portal.accounts.own_data import Part
from clea_portal.batches import in_batches
from events.models import Event, EventCode, EventCodeKind

# Rows fetched at once, with their codes.
BATCH = 50


def export(*, organisation: Organisation, may_write: bool) -> Part:
    """Every event with its slots, rooms and codes, and a picture of each current code but those for staff. No SK_L."""
    events = Event.objects.filter(organisation=organisation)
    pictured = EventCode.objects.current().filter(event__organisation=organisation).exclude(kind=EventCodeKind.STAFF)
    whole = events.with_country().prefetch_related("slots", "rooms", "codes__slot", "codes__room")
    return Part(
        name="events",
        rows=(_row(event, may_write=may_write) for event in in_batches(whole, size=BATCH)),
        # Both codes of an event have one check code.
        pictures=((f"{code.check_code}-{code.kind}", code.deep_link) for code in in_batches(pictured, size=BATCH)),
        count=events.count() + pictured.count(),
    )


def _row(event: Event, *, may_write: bool) -> dict[str, Any]:
    private = {"phone": event.phone, "pin": event.pin} if may_write else {}
    codes = [code for code in event.codes.all() if may_write or code.kind != EventCodeKind.STAFF]
    return {
        "event": event.uuid,
        "name": event.name,
        "type": event.venue_type.label,
        "region": str(event.region),
        "capacity": event.venue_category1,
        "floor_area": event.venue_category2,
        **private,
        "start": event.start,
        "end": event.end,
        "time_zone": event.time_zone,
        "tables": event.table_labels,
        "created": event.created_at,
        "archived": event.archived_at,
        "slots": [{"slot": slot.uuid, "name": slot.name, "start": slot.start, "end": slot.end} for slot in event.slots.all()],
        "rooms": [{"name": room.name, "own_code": room.independent, "tables": room.table_labels} for room in event.rooms.all()],
        "codes": [_code(code) for code in codes],
    }


def _code(code: EventCode) -> dict[str, Any]:
    return {
        "code": code.uuid,
        "kind": code.kind,
        "slot": code.slot.uuid if code.slot else None,
        "room": code.room.name if code.room else "",
        "check_code": code.check_code,
        "link": code.deep_link,
        "created": code.created_at,
        "valid_from": code.valid_from,
        "valid_until": code.valid_until,
        "replaced": code.replaced_at,
    }
