"""The verbs of displays."""

import re
from datetime import timedelta

import pytest

from clea_portal.audit.models import AuditEvent
from clea_portal.codes.errors import Archived
from tests.members import member
from tests.venues.display_making import added_display
from tests.venues.making import NOW, added_room, opened_venue, rotating
from venues import displays
from venues.display_retention import SWITCHED_OFF_RETENTION, purge
from venues.displays import (
    DisplayDetails,
    DisplayState,
    TooManyDisplays,
    change_display,
    display_state,
    find_by_token,
    note_seen,
    replace_link,
    switch_off,
)
from venues.managing import archive_venue
from venues.models import Display, Rotation
from venues.rooms import remove_room

pytestmark = pytest.mark.django_db


def last_act():
    event = AuditEvent.objects.order_by("pk").last()
    return event.verb, event.details


def test_display_is_opened_by_its_token_alone_of_which_only_the_hash_is_kept():
    display, token = added_display(opened_venue())
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    assert find_by_token(token) == display
    assert [find_by_token(other) for other in (token[:-1], token + "A", display.token_hash, str(display.uuid), "")] == [None] * 5
    assert token not in repr(Display.objects.values().get())
    assert last_act() == ("display_added", {"display": str(display.uuid), "staff": False})


def test_first_display_of_a_place_says_when_its_codes_change_and_the_second_changes_nothing():
    venue = opened_venue()
    added_display(venue)
    rotation = Rotation.objects.get()
    assert (rotation.renewal_hours, rotation.days_per_period, rotation.cri_exp) == (["04:00"], 1, 10)
    added_display(venue)
    assert Rotation.objects.get() == rotation


def test_display_follows_the_rotation_that_is_there():
    venue = rotating(opened_venue(), renewal_hours=["05:00", "17:00"])
    added_display(venue)
    assert Rotation.objects.get().renewal_hours == ["05:00", "17:00"]


def test_archived_venue_gets_no_display_and_its_displays_open_nothing():
    venue = opened_venue()
    _, token = added_display(venue)
    archive_venue(venue, by=member(venue.organisation), now=NOW)
    assert find_by_token(token) is None
    with pytest.raises(Archived):
        added_display(venue)


def test_display_of_a_removed_room_opens_nothing():
    venue = opened_venue()
    room = added_room(venue, "Terrasse")
    _, token = added_display(venue, room=room)
    assert find_by_token(token) is not None
    remove_room(room, by=member(venue.organisation), now=NOW)
    assert find_by_token(token) is None


def test_number_of_displays_is_limited_and_switched_off_ones_do_not_count(monkeypatch):
    monkeypatch.setattr(displays, "MOST_DISPLAYS", 2)
    venue = opened_venue()
    first, _ = added_display(venue)
    added_display(venue)
    with pytest.raises(TooManyDisplays):
        added_display(venue)
    switch_off(first, by=member(venue.organisation), now=NOW)
    added_display(venue)


def test_new_link_replaces_the_old_one_but_not_of_a_display_that_is_switched_off():
    display, old = added_display(opened_venue())
    by = member(display.venue.organisation)
    new = replace_link(display, by=by)
    assert (find_by_token(old), find_by_token(new)) == (None, display)
    assert last_act() == ("display_link_replaced", {"display": str(display.uuid)})
    switch_off(display, by=by, now=NOW)
    assert (replace_link(display, by=by), find_by_token(new)) == (None, None)
    assert last_act() == ("display_switched_off", {"display": str(display.uuid)})


def test_switching_off_twice_keeps_the_first_time():
    display, _ = added_display(opened_venue())
    by = member(display.venue.organisation)
    switch_off(display, by=by, now=NOW)
    switch_off(display, by=by, now=NOW + timedelta(days=1))
    assert Display.objects.get().revoked_at == NOW


def test_change_leaves_room_and_staff_as_they_are():
    venue = opened_venue()
    display, token = added_display(venue, staff=True)
    room = added_room(venue, "Terrasse")
    details = DisplayDetails(name="Entrée", room=room, staff=False, hours_ahead=72, language="ar")
    change_display(display, by=member(venue.organisation), details=details)
    found = find_by_token(token)
    assert (found.name, found.room, found.staff, found.hours_ahead, found.language) == ("Entrée", None, True, 72, "ar")


def test_first_display_of_a_place_with_opening_hours_changes_codes_while_it_is_closed():
    venue = opened_venue()
    venue.opening_hours = [{"day": day, "open": "20:00", "close": "05:00"} for day in range(7)]
    venue.save()
    added_display(venue)
    (hour,) = Rotation.objects.get().renewal_hours
    assert 5 <= int(hour[:2]) < 20


def test_being_seen_is_noted_once_a_minute_at_most(django_assert_num_queries):
    display, token = added_display(opened_venue())
    note_seen(display, now=NOW)
    seen = find_by_token(token)
    with django_assert_num_queries(0):
        note_seen(seen, now=NOW + timedelta(seconds=59))
    assert Display.objects.get().last_seen_at == NOW
    note_seen(seen, now=NOW + timedelta(seconds=60))
    assert Display.objects.get().last_seen_at == NOW + timedelta(seconds=60)


def test_state_says_how_long_nothing_was_heard():
    display, token = added_display(opened_venue(), hours_ahead=2)
    states = [display_state(display, now=NOW)]
    note_seen(display, now=NOW)
    display = find_by_token(token)
    passed = [timedelta(), timedelta(minutes=5), timedelta(minutes=6), timedelta(hours=2), timedelta(hours=2, minutes=1)]
    states += [display_state(display, now=NOW + time) for time in passed]
    switch_off(display, by=member(display.venue.organisation), now=NOW)
    states.append(display_state(Display.objects.get(), now=NOW))
    assert states == [
        DisplayState.NEVER_OPENED,
        DisplayState.ALIVE,
        DisplayState.ALIVE,
        DisplayState.SILENT,
        DisplayState.SILENT,
        DisplayState.RUN_OUT,
        DisplayState.SWITCHED_OFF,
    ]


def test_purge_deletes_displays_a_month_after_they_were_switched_off():
    gone, _ = added_display(opened_venue())
    kept, _ = added_display(gone.venue)
    switch_off(gone, by=member(gone.venue.organisation), now=NOW)
    assert purge(now=NOW + SWITCHED_OFF_RETENTION - timedelta(seconds=1)) == 0
    assert purge(now=NOW + SWITCHED_OFF_RETENTION) == 1
    assert Display.objects.get() == kept
