"""Two people change an event at the same moment: needs a database that lets two connections write."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from clea_portal.codes.errors import AlreadyRenewed
from events.codes import complete_codes, renew_codes, renew_left_behind, set_staff_codes
from events.models import Event, EventCode, EventRoom, Slot
from events.planning import change_event
from events.rooms import add_rooms
from events.slots import SlotDetails, add_slot, add_slots, change_slot, remove_slot
from tests.events.making import END, NOW, START, planned_event, schedule_of
from tests.factories import UserFactory
from tests.opening import open_code
from tests.venues.making import details_of

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(hours=1)
TIMES = 5


@pytest.fixture(autouse=True)
def _two_writers():
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one writer")


def at_once(*acts):
    """What each act made of it, pressed at the same moment."""
    together = Barrier(len(acts))

    def press(act):
        try:
            together.wait()
            act()
        except AlreadyRenewed:
            return "already renewed"
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(press, acts))


def adding(event, by, hours):
    return lambda: add_slot(
        event=event, name="", start=START + timedelta(hours=hours), end=END + timedelta(hours=hours), by=by, now=LATER
    )


def assert_complete():
    """Every slot has, in every independent room, one current code of each kind, and there are no others."""
    event = Event.objects.get()
    kinds = ["asynchronous", "entrance", *(["staff"] if event.has_staff_codes else [])]
    rooms = [None, *event.rooms.in_use().filter(independent=True).values_list("pk", flat=True)]
    wanted = [(slot.pk, room, kind) for slot in event.slots.in_use() for room in rooms for kind in kinds]
    there = list(EventCode.objects.current().values_list("slot", "room", "kind"))
    assert sorted(there, key=str) == sorted(wanted, key=str)


def test_slots_added_at_once_by_several_are_all_there_and_covered():
    event, by = planned_event(), UserFactory()
    assert at_once(*(adding(event, by, hours) for hours in (-3, -2, 2, 5))) == ["done"] * 4
    assert_complete()
    assert EventCode.objects.filter(slot=None).exclude(replaced_at=LATER).count() == 0
    assert Event.objects.values_list("start", "end").get() == (START - timedelta(hours=3), END + timedelta(hours=5))


@pytest.mark.parametrize("_", range(TIMES))
def test_slot_added_while_a_room_is_added_has_codes_in_it(_):
    event, by = planned_event(), UserFactory()
    adding(event, by, 0)()
    at_once(
        adding(event, by, 1),
        lambda: add_rooms(event=event, names=["Salle"], independent=True, by=by, now=LATER),
        adding(event, by, 2),
    )
    assert (Slot.objects.count(), EventRoom.objects.count()) == (3, 1)
    assert_complete()


@pytest.mark.parametrize("_", range(TIMES))
def test_slot_added_while_codes_for_staff_are_made_has_one(_):
    event, by = planned_event(), UserFactory()
    adding(event, by, 0)()
    at_once(adding(event, by, 1), lambda: set_staff_codes(event.pk, wanted=True, by=by, now=LATER), adding(event, by, 2))
    assert_complete()


@pytest.mark.parametrize("_", range(TIMES))
def test_slot_added_while_the_details_are_edited_carries_the_new_ones_or_knows_that_it_does_not(_):
    event, by = planned_event(), UserFactory()
    adding(event, by, 0)()
    details = details_of(event.organisation, name="Mariage de Camille", venue_category1=9)
    stored = Event.objects.with_country().get()
    schedule = schedule_of(start=START - timedelta(days=1), end=END + timedelta(days=1))
    at_once(adding(event, by, 1), lambda: change_event(stored, by=by, details=details, schedule=schedule))
    for code in EventCode.objects.current():
        carried = open_code(code.deep_link).message.venue_category1
        assert (carried, "venue_category1" in code.edited_since) in {(9, False), (4, True)}
    assert_complete()


@pytest.mark.parametrize("_", range(TIMES))
def test_codes_of_the_whole_event_renewed_while_its_first_slot_is_added_do_not_stay(_):
    event, by = planned_event(), UserFactory()
    code = event.codes.get(kind="entrance")
    renewed, added = at_once(lambda: renew_codes(code, by=by, now=LATER), adding(event, by, 0))
    assert (renewed in {"done", "already renewed"}, added) == (True, "done")
    assert_complete()


def test_slot_renewed_by_several_at_once_is_renewed_once():
    event, by = planned_event(), UserFactory()
    slot = add_slot(event=event, name="", start=START, end=END, by=by, now=NOW)
    change_slot(slot, name="", start=START, end=END + timedelta(hours=1), by=by)
    codes = list(slot.codes.all())
    acts = [*(lambda code=code: renew_codes(code, by=by, now=LATER) for code in codes * 2)]
    outcomes = at_once(*acts, lambda: renew_left_behind(event.pk, by=by, now=LATER))
    assert outcomes.count("done") in {1, 2}
    assert EventCode.objects.filter(slot=slot).count() == 4
    assert_complete()


@pytest.mark.parametrize("_", range(TIMES))
def test_slot_removed_while_its_codes_are_renewed_keeps_none_in_use(_):
    event, by = planned_event(), UserFactory()
    slot, _other = add_slots(event=event, slots=[SlotDetails(start=START, end=END)] * 2, by=by, now=NOW)
    code = slot.codes.first()
    at_once(lambda: remove_slot(slot, by=by, now=LATER), lambda: renew_codes(code, by=by, now=LATER))
    assert_complete()


def test_missing_codes_made_by_several_at_once_are_made_once():
    event, by = planned_event(), UserFactory()
    event.codes.update(replaced_at=NOW)
    assert at_once(*[lambda: complete_codes(event.pk, by=by, now=LATER)] * 3) == ["done"] * 3
    assert EventCode.objects.current().count() == 2
