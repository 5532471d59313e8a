"""The venues of an organisation, for its members to take with them."""

from typing import Any

from clea_portal.accounts.models import Organisation
from clea_portal.accounts.own_data import Part
from clea_portal.batches import in_batches
from venues.models import Venue, VenueCode, VenueCodeKind

# Rows fetched at once, with their codes.
BATCH = 50


def export(*, organisation: Organisation, may_write: bool) -> Part:
    """Every venue with its rooms, codes and displays, and a picture of each current static code. No SK_L: nobody sees it."""
    venues = Venue.objects.filter(organisation=organisation)
    pictured = VenueCode.objects.current().static().filter(venue__organisation=organisation)
    whole = venues.with_country().prefetch_related("rooms", "codes__room", "rotations__room", "packs__room", "displays__room")
    return Part(
        name="venues",
        rows=(_row(venue, may_write=may_write) for venue in in_batches(whole, size=BATCH)),
        pictures=((code.check_code, code.deep_link) for code in in_batches(pictured, size=BATCH)),
        count=venues.count() + pictured.count(),
    )


def _row(venue: Venue, *, may_write: bool) -> dict[str, Any]:
    private = {"phone": venue.phone, "pin": venue.pin} if may_write else {}
    codes = [code for code in venue.codes.all() if may_write or code.kind != VenueCodeKind.STAFF]
    return {
        "venue": venue.uuid,
        "name": venue.name,
        "type": venue.venue_type.label,
        "region": str(venue.region),
        "capacity": venue.venue_category1,
        "floor_area": venue.venue_category2,
        **private,
        "time_zone": venue.time_zone,
        "opening_hours": venue.opening_hours,
        "tables": venue.table_labels,
        "created": venue.created_at,
        "archived": venue.archived_at,
        "rooms": [{"name": room.name, "own_code": room.independent, "tables": room.table_labels} for room in venue.rooms.all()],
        "codes": [_code(code) for code in codes],
        "rotations": [
            {
                "room": _name(rotation.room),
                "renewal_hours": rotation.renewal_hours,
                "days_per_period": rotation.days_per_period,
                "time_zone": rotation.time_zone,
                "created": rotation.created_at,
                "replaced": rotation.replaced_at,
            }
            for rotation in venue.rotations.all()
        ],
        "day_packs": [
            {"room": _name(pack.room), "first_day": pack.first_day, "last_day": pack.last_day, "created": pack.created_at}
            for pack in venue.packs.all()
        ],
        "displays": [
            {
                "name": display.name,
                "room": _name(display.room),
                "created": display.created_at,
                "switched_off": display.revoked_at,
                "last_seen": display.last_seen_at,
            }
            for display in venue.displays.all()
        ],
    }


def _code(code: VenueCode) -> dict[str, Any]:
    return {
        "code": code.uuid,
        "kind": code.kind,
        "room": _name(code.room),
        "check_code": code.check_code,
        "link": code.deep_link,
        "created": code.created_at,
        "valid_from": code.valid_from,
        "valid_until": code.valid_until,
        "replaced": code.replaced_at,
    }


def _name(room: Any) -> str:
    return room.name if room else ""
