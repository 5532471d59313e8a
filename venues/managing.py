"""Making, editing and archiving venues."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from clea_portal.accounts.models import Organisation, User
from clea_portal.audit.trail import record_act
from clea_portal.codes.places import PlaceDetails, fill_in, leave_behind
from venues.codes import issue_code
from venues.models import Venue
from venues.rooms import add_rooms, set_tables


@transaction.atomic
def open_venue(
    *,
    by: User,
    organisation: Organisation,
    details: PlaceDetails,
    now: datetime,
    time_zone: str = "",
    uuid: UUID | None = None,
) -> Venue:
    """A venue with its first static code. Its hours are those of ``time_zone``, or else the person's, or the country's.

    Raises NoKey, WrongCountry.
    """
    venue = Venue(
        uuid=uuid or uuid4(),
        organisation=organisation,
        time_zone=time_zone or by.time_zone or organisation.country.time_zone,
        created_at=now,
    )
    fill_in(venue, details)
    venue.save()
    record_act(actor=by, verb="created", on=venue)
    issue_code(venue=venue, by=by, now=now)
    return venue


@transaction.atomic
def change_venue(venue: Venue, *, by: User, details: PlaceDetails) -> list[str]:
    """The names of the fields that changed. The current code stays as it was issued, and knows that it is left behind."""
    changed = fill_in(venue, details)
    if changed:
        venue.save(update_fields=changed)
        leave_behind(venue.codes.current(), changed=changed)
        record_act(actor=by, verb="changed", on=venue, fields=sorted(changed))
    return changed


@transaction.atomic
def archive_venue(venue: Venue, *, by: User, now: datetime) -> None:
    """Its code stays valid: phones still recognise it. Archiving twice changes nothing."""
    if Venue.objects.in_use().filter(pk=venue.pk).update(archived_at=now):
        record_act(actor=by, verb="archived", on=venue)


@transaction.atomic
def bring_back_venue(venue: Venue, *, by: User) -> None:
    if Venue.objects.archived().filter(pk=venue.pk).update(archived_at=None):
        record_act(actor=by, verb="brought_back", on=venue)


@transaction.atomic
def duplicate_venue(venue: Venue, *, by: User, organisation: Organisation, details: PlaceDetails, now: datetime) -> Venue:
    """A new venue with ``details``, and with the opening hours, rooms and tables of ``venue``; all its codes are new.

    Raises NoKey, WrongCountry; then nothing is made.
    """
    made = open_venue(by=by, organisation=organisation, details=details, now=now)
    Venue.objects.filter(pk=made.pk).update(
        time_zone=venue.time_zone, opening_hours=venue.opening_hours, tables=venue.tables, reminders=venue.reminders
    )
    for room in venue.rooms.in_use():
        (copy,) = add_rooms(venue=made, names=[room.name], independent=room.independent, by=by, now=now)
        set_tables(copy, tables=room.tables, by=by)
    return Venue.objects.get(pk=made.pk)
