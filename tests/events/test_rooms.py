from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clea_portal.audit.models import AuditEvent
from clea_portal.codes.errors import Archived
from events import rooms as rooms_module
from events.errors import TooManyRooms
from events.models import EventCode, EventRoom
from events.planning import archive_event
from events.retention import purge
from events.rooms import add_rooms, remove_room, rename_room, set_tables
from events.slots import add_slot
from tests.events.making import END, NOW, START, planned_event
from tests.factories import EventRoomFactory, UserFactory
from tests.opening import open_code

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def test_independent_rooms_get_codes_at_once_and_others_none():
    event, by = planned_event(), UserFactory()
    hall, chapel = add_rooms(event=event, names=["Salle", "Chapelle"], independent=True, by=by, now=LATER)
    add_rooms(event=event, names=["Bar"], independent=False, by=by, now=LATER)
    assert [(room.name, room.independent, room.position) for room in event.rooms.all()] == [
        ("Salle", True, 0),
        ("Chapelle", True, 1),
        ("Bar", False, 2),
    ]
    current = EventCode.objects.current()
    assert sorted(current.values_list("room__position", "kind"), key=str) == sorted(
        [(position, kind) for position in (None, 0, 1) for kind in ("asynchronous", "entrance")], key=str
    )
    ltids = {code.room_id: open_code(code.deep_link).header.ltid for code in current}
    assert len(set(ltids.values())) == len({None, hall.pk, chapel.pk}) == 3
    assert list(AuditEvent.objects.filter(actor=by).order_by("pk").values_list("verb", flat=True)) == [
        "rooms_added",
        "issued",
        "rooms_added",
    ]


def test_room_added_later_gets_codes_for_each_slot():
    event, by = planned_event(), UserFactory()
    slot = add_slot(event=event, name="", start=START, end=END, by=by, now=LATER)
    (room,) = add_rooms(event=event, names=["Salle"], independent=True, by=by, now=LATER)
    assert sorted(EventCode.objects.current().filter(room=room).values_list("slot", "kind")) == [
        (slot.pk, "asynchronous"),
        (slot.pk, "entrance"),
    ]


def test_removed_room_keeps_its_codes_as_replaced_until_their_retention():
    event, by = planned_event(), UserFactory()
    independent, dependent = (
        add_rooms(event=event, names=["Salle"], independent=own, by=by, now=LATER)[0] for own in (True, False)
    )
    for room in (independent, independent, dependent):
        remove_room(room, by=by, now=LATER)
    assert {code.replaced_at for code in independent.codes.all()} == {LATER}
    assert EventCode.objects.current().count() == 2
    assert AuditEvent.objects.filter(verb="room_removed").count() == 2
    purge(now=LATER + timedelta(days=1))
    assert list(EventRoom.objects.all()) == [independent]
    event.country.code_retention_days = 5
    event.country.save()
    purge(now=LATER + timedelta(days=5))
    assert (EventRoom.objects.count(), EventCode.objects.count()) == (0, 2)


def test_rooms_of_an_archived_event_or_too_many_are_refused(monkeypatch):
    monkeypatch.setattr(rooms_module, "MOST_ROOMS", 2)
    event, by = planned_event(), UserFactory()
    EventRoomFactory(event=event)
    with pytest.raises(TooManyRooms):
        add_rooms(event=event, names=["Salle", "Chapelle"], independent=True, by=by, now=LATER)
    archive_event(event, by=by, now=LATER)
    with pytest.raises(Archived):
        add_rooms(event=event, names=["Salle"], independent=True, by=by, now=LATER)
    assert EventRoom.objects.count() == 1


def test_names_and_tables_change_without_touching_codes():
    event, by = planned_event(), UserFactory()
    room = EventRoomFactory(event=event, name="Salle")
    for _ in range(2):
        rename_room(room, name="Grande salle", by=by)
        set_tables(room, tables="A1\nA2", by=by)
        set_tables(event, tables="1", by=by)
    stored = EventRoom.objects.get()
    assert (stored.name, stored.table_labels, type(event).objects.get().table_labels) == ("Grande salle", ["A1", "A2"], ["1"])
    assert list(AuditEvent.objects.filter(actor=by).order_by("pk").values_list("verb", "details")) == [
        ("room_renamed", {"room": str(room.uuid)}),
        ("tables_set", {"number": 2}),
        ("tables_set", {"number": 1}),
    ]
    assert {tuple(code.edited_since) for code in EventCode.objects.all()} == {()}


def test_pages_of_rooms(event, owner):
    url = reverse("events:rooms", args=[event.uuid])
    owner.post(url, {"names": "Salle\nChapelle", "independent": "yes"})
    owner.post(url, {"names": "Bar", "independent": "no"})
    hall, chapel, bar = event.rooms.all()
    assert (hall.independent, bar.independent) == (True, False)
    owner.post(reverse("events:room_edit", args=[hall.uuid]), {"name": "Grande salle"})
    owner.post(reverse("events:room_remove", args=[chapel.uuid]))
    owner.post(reverse("events:room_tables", args=[bar.uuid]), {"labels": "1\n2"})
    owner.post(reverse("events:tables", args=[event.uuid]), {"labels": "A"})
    page = owner.get(url).content.decode()
    assert [room.name for room in event.rooms.in_use()] == ["Grande salle", "Bar"]
    assert ("Grande salle" in page, "Chapelle" in page, "2 tables or seats" in page) == (True, False, True)
    detail = owner.get(reverse("events:detail", args=[event.uuid]), {"room": str(hall.uuid)})
    assert {code.room for code in detail.context["codes"]} == {hall}
    assert "There is no code here yet" not in detail.content.decode()


def test_names_of_rooms_that_are_not_understood_stay_in_the_form(event, owner):
    response = owner.post(reverse("events:rooms", args=[event.uuid]), {"names": f"Salle\n{'x' * 150}", "independent": "yes"})
    assert response.context["form"]["names"].value().startswith("Salle")
    assert list(response.context["form"].errors) == ["names"]
    assert EventRoom.objects.count() == 0


@pytest.mark.parametrize("number", [1, 3])
def test_rooms_page_asks_as_much_for_one_room_as_for_three(number, event, owner, django_assert_num_queries):
    add_rooms(event=event, names=[f"Salle {n}" for n in range(number)], independent=True, by=UserFactory(), now=timezone.now())
    with django_assert_num_queries(9):
        owner.get(reverse("events:rooms", args=[event.uuid]))
