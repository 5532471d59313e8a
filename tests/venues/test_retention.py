from datetime import date, timedelta

import pytest

from tests.members import member, organisation_with_choices
from tests.venues.making import NOW, added_room, displayed, opened_venue, rotating
from venues.codes import end_code, renew_code
from venues.managing import archive_venue
from venues.models import DayPack, Rotation, Venue, VenueCode, VenueRoom, VenueSecret
from venues.packs import make_pack, withdraw_pack
from venues.retention import ARCHIVE_RETENTION, purge
from venues.rooms import remove_room
from venues.rotations import Coming, set_rotation

pytestmark = pytest.mark.django_db


def test_purge_deletes_replaced_codes_and_their_secrets_after_the_country_s_days():
    venue = opened_venue(organisation_with_choices(code_retention_days=15))
    new = renew_code(venue.codes.get(), by=member(venue.organisation), now=NOW)
    assert purge(now=NOW + timedelta(days=15, seconds=-1)) == 0
    assert purge(now=NOW + timedelta(days=15)) == 2
    assert (VenueCode.objects.get(), VenueSecret.objects.get(), Venue.objects.get()) == (new, new.secret, venue)


def test_purge_keeps_current_codes_whatever_their_age():
    venue = opened_venue()
    assert purge(now=NOW + timedelta(days=2000)) == 0
    assert venue.codes.get().is_current


def test_purge_deletes_venues_that_were_archived_for_a_year():
    venue = opened_venue()
    kept = opened_venue(venue.organisation)
    archive_venue(venue, by=member(venue.organisation), now=NOW)
    assert purge(now=NOW + ARCHIVE_RETENTION - timedelta(seconds=1)) == 0
    assert purge(now=NOW + ARCHIVE_RETENTION) == 3
    assert (Venue.objects.get(), VenueCode.objects.get().venue, VenueSecret.objects.get().venue) == (kept, kept, kept)


# --- rooms, rotations, packs ---

TODAY, LAST = date(2026, 6, 3), date(2026, 6, 5)


def packed(**changes):
    """A venue whose codes change at four in the morning, with a pack of three days, and who made it."""
    venue = rotating(opened_venue(organisation_with_choices(code_retention_days=15)))
    by = member(venue.organisation)
    pack = make_pack(venue=venue, first_day=TODAY, last_day=LAST, by=by, now=NOW, **changes)
    return venue, pack, by


def test_purge_deletes_dated_and_staff_codes_after_their_end_then_their_pack():
    venue, pack, _by = packed(with_staff=True)
    ends = sorted(set(pack.codes.values_list("valid_until", flat=True)))
    days = timedelta(days=15)
    assert purge(now=ends[0] + days - timedelta(seconds=1)) == 0
    # A code and its place in the pack, for guests and for staff.
    assert purge(now=ends[0] + days) == 4
    assert VenueCode.objects.dated().count() == 4
    assert purge(now=ends[-1] + days) == 8 + 1
    assert (DayPack.objects.count(), VenueCode.objects.dated().count()) == (0, 0)
    # The rotation goes on, with its secret; so does the static code, with its own.
    assert (Rotation.objects.count(), VenueSecret.objects.count(), venue.codes.count()) == (1, 2, 1)


def test_purge_deletes_what_a_withdrawn_pack_leaves():
    _venue, pack, by = packed()
    withdraw_pack(pack, by=by, now=NOW)
    assert purge(now=NOW + timedelta(days=15)) == 3 + 3 + 1
    assert not DayPack.objects.exists()


def test_purge_keeps_a_pack_whose_codes_are_gone_until_its_days_are_over():
    _venue, pack, _by = packed()
    VenueCode.objects.dated().update(replaced_at=NOW - timedelta(days=20))
    assert purge(now=NOW) == 6
    assert DayPack.objects.get() == pack


def test_purge_deletes_replaced_rotations_and_their_secret_when_nothing_needs_them():
    venue = rotating(opened_venue(organisation_with_choices(code_retention_days=15)))
    first = Rotation.objects.get()
    by = member(venue.organisation)
    set_rotation(venue=venue, renewal_hours=["05:00"], new_secret=True, by=by, now=NOW)
    assert purge(now=NOW + timedelta(days=15, seconds=-1)) == 0
    assert purge(now=NOW + timedelta(days=15)) == 2
    assert not VenueSecret.objects.filter(pk=first.secret_id).exists()
    assert Rotation.objects.get().renewal_hours == ["05:00"]


def test_purge_keeps_a_replaced_rotation_that_a_pack_follows():
    venue, _pack, by = packed()
    set_rotation(venue=venue, renewal_hours=["05:00"], coming=Coming.KEEP, by=by, now=NOW)
    Rotation.objects.filter(replaced_at__isnull=False).update(replaced_at=NOW)
    DayPack.objects.update(last_day=date(2027, 1, 1))
    VenueCode.objects.dated().update(valid_until=NOW + timedelta(days=300))
    assert purge(now=NOW + timedelta(days=20)) == 0
    assert Rotation.objects.count() == 2


def test_purge_deletes_a_removed_room_with_all_that_was_its_own():
    venue = opened_venue(organisation_with_choices(code_retention_days=15))
    room = added_room(venue, "Cave")
    by = member(venue.organisation)
    rotating(venue, room=room)
    make_pack(venue=venue, room=room, first_day=TODAY, last_day=LAST, by=by, now=NOW)
    displayed(venue, room=room)
    remove_room(room, by=by, now=NOW)
    assert purge(now=NOW + timedelta(days=15, seconds=-1)) == 0
    # Four codes, three places in a pack, the pack, the rotation, the room with its display, two secrets.
    assert purge(now=NOW + timedelta(days=15)) == 4 + 3 + 1 + 1 + 2 + 2
    assert (VenueRoom.objects.count(), VenueSecret.objects.count(), VenueCode.objects.get().venue) == (0, 1, venue)


def test_purge_deletes_a_static_code_after_its_end():
    venue = opened_venue(organisation_with_choices(code_retention_days=15))
    end_code(venue.codes.get(), at=NOW + timedelta(days=2), by=member(venue.organisation), now=NOW)
    assert purge(now=NOW + timedelta(days=17, seconds=-1)) == 0
    assert purge(now=NOW + timedelta(days=17)) == 2


def test_purge_of_an_archived_venue_takes_everything_with_it():
    venue, _pack, by = packed(with_staff=True)
    displayed(venue, room=added_room(venue, "Cave"))
    archive_venue(venue, by=by, now=NOW)
    VenueCode.objects.dated().update(valid_until=NOW + ARCHIVE_RETENTION)
    purge(now=NOW + ARCHIVE_RETENTION)
    models = (Venue, VenueRoom, VenueCode, VenueSecret, Rotation, DayPack)
    assert {model.__name__: model.objects.count() for model in models} == {model.__name__: 0 for model in models}
