from datetime import datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from events import pages
from events.codes import set_staff_codes
from events.models import Event, EventCode, Slot
from events.planning import archive_event
from events.slots import SlotDetails, add_slot, add_slots, change_slot, remove_slot
from tests.events.making import PARIS, coming_event, planned_event, schedule_of
from tests.factories import EventRoomFactory, UserFactory
from tests.members import member, signed_in

pytestmark = pytest.mark.django_db


def address(name, subject):
    return reverse(f"events:{name}", args=[subject.uuid])


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def day_of(event, days=0):
    return f"{event.start.astimezone(PARIS) + timedelta(days=days):%Y-%m-%d}"


def details(event, number):
    start = event.start + timedelta(hours=2 * number)
    return SlotDetails(name=f"Film {number}", start=start, end=start + timedelta(hours=1))


@pytest.fixture
def slots(event):
    return add_slots(event=event, slots=[details(event, n) for n in range(3)], by=UserFactory(), now=timezone.now())


@pytest.fixture
def fair(event):
    """From three in the afternoon to nine in the evening, on three days."""
    start = (timezone.now().astimezone(PARIS) + timedelta(days=9)).replace(hour=15, minute=0, second=0, microsecond=0)
    schedule = schedule_of(start=start, end=(start + timedelta(days=2)).replace(hour=21))
    return planned_event(event.organisation, now=timezone.now(), schedule=schedule, name="Foire")


# --- adding ---


def test_pasted_list_is_shown_and_only_then_added(event, owner):
    lines = f"{day_of(event)} 15:00-17:00 Les Enfants du paradis\n{day_of(event, 1)} 20h30-23h"
    response = owner.post(address("slots", event), {"lines": lines, "act": "look"})
    assert [name for _, name in response.context["previews"]] == ["Les Enfants du paradis", ""]
    assert (response.context["widens"], response.context["has_whole_codes"], Slot.objects.count()) == (True, True, 0)
    response = owner.post(address("slots", event), {"lines": lines, "act": "add"}, follow=True)
    assert response.redirect_chain == [(address("detail", event), 302)]
    assert "2 slots are added, each with its codes." in response.content.decode()
    local = [f"{slot.start.astimezone(PARIS):%H:%M} {slot.name}".strip() for slot in Slot.objects.all()]
    assert local == ["15:00 Les Enfants du paradis", "20:30"]
    assert EventCode.objects.current().count() == 4


def test_list_sent_twice_is_added_once(event, owner):
    typed = {"lines": f"{day_of(event)} 15:00-17:00", "act": "add"}
    owner.post(address("slots", event), typed)
    response = owner.post(address("slots", event), typed)
    assert [found.why for found in response.context["misread"]] == ["is there already"]
    assert Slot.objects.count() == 1


def test_list_with_a_line_that_is_not_understood_adds_nothing_and_keeps_what_was_typed(event, owner):
    lines = f"{day_of(event)} 15:00-17:00\nfoo"
    response = owner.post(address("slots", event), {"lines": lines, "act": "add"})
    page = response.content.decode()
    assert "Line 2: “foo” is not understood" in page
    assert 'value="add"' not in page
    assert response.context["lines_form"]["lines"].value() == lines
    assert Slot.objects.count() == 0


def test_empty_or_endless_list_says_what_to_do(event, owner):
    for lines in ("", " \n "):
        response = owner.post(address("slots", event), {"lines": lines, "act": "add"})
        assert response.status_code == 200
    form = owner.post(address("slots", event), {"lines": "x" * 30_001, "act": "look"}).context["lines_form"]
    assert form.errors == {"lines": ["Ensure this value has at most 30000 characters (it has 30001)."]}
    assert Slot.objects.count() == 0


def test_pattern_becomes_a_list(event, owner):
    form = owner.get(address("slots", event)).context["repeat_form"]
    assert f"{form['first_day'].value():%Y-%m-%d}" == day_of(event)
    typed = {
        "first_day": day_of(event),
        "last_day": day_of(event, 6),
        "weekdays": [5, 6],
        "times": "15:00-17:00 Matinée\n20:30-22:30",
        "act": "repeat",
    }
    response = owner.post(address("slots", event), typed)
    lines = response.context["lines_form"]["lines"].value().splitlines()
    assert [line[10:] for line in lines] == [" 15:00-17:00 Matinée", " 20:30-22:30"] * 2
    assert {datetime.fromisoformat(line[:10]).weekday() for line in lines} == {5, 6}
    assert (len(response.context["previews"]), Slot.objects.count()) == (4, 0)


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"last_day": -1}, {"last_day": ["The last day is before the first one."]}),
        ({"last_day": 366}, {"last_day": ["Choose at most 366 days at a time."]}),
        ({"weekdays": []}, {"weekdays": ["This field is required."]}),
        (
            {"last_day": 200},
            {"times": ["These would be 201 slots, and at most 100 are added in one go. Choose fewer days at a time."]},
        ),
    ],
)
def test_pattern_that_makes_no_sense_is_refused(changes, errors, event, owner):
    wanted = {"last_day": 6, "weekdays": list(range(7))} | changes
    typed = {
        "first_day": day_of(event),
        "last_day": day_of(event, wanted["last_day"]),
        "weekdays": wanted["weekdays"],
        "times": "15:00-17:00",
        "act": "repeat",
    }
    form = owner.post(address("slots", event), typed).context["repeat_form"]
    assert (form.errors, form["times"].value()) == (errors, "15:00-17:00")


def test_slots_are_not_added_to_an_archived_event_or_without_keys(event, owner):
    typed = {"lines": f"{day_of(event)} 15:00-17:00", "act": "add"}
    event.country.server.keys.all().delete()
    response = owner.post(address("slots", event), typed)
    assert said(response) == [
        "No code can be made at the moment: your country's keys are missing. Nothing was saved. Try again later."
    ]
    assert response.context["lines_form"]["lines"].value() == typed["lines"]
    archive_event(event, by=UserFactory(), now=timezone.now())
    assert said(owner.post(address("slots", event), typed)) == ["This is archived. Bring it back first."]
    assert Slot.objects.count() == 0


# --- a slot for each day ---


def test_event_of_several_days_is_divided_with_one_click(fair, owner):
    page = owner.get(address("detail", fair))
    assert [(way.name, way.number, way.opens, way.closes) for way in page.context["ways"]] == [
        ("opening_hours", 3, "15:00", "21:00"),
        ("day_and_night", 3, "15:00", "05:00"),
    ]
    owner.post(address("daily", fair), {"way": "opening_hours"})
    assert [f"{slot.start.astimezone(PARIS):%H:%M}" for slot in fair.slots.all()] == ["15:00"] * 3
    assert fair.codes.current().count() == 6
    assert owner.get(address("detail", fair)).context["ways"] == []


@pytest.mark.parametrize("way", ["", "nonsense", "opening_hours"])
def test_event_of_one_day_is_not_divided(way, event, owner):
    response = owner.post(address("daily", event), {"way": way})
    assert said(response) == ["This event is divided into slots already, or lasts no longer than a day."]
    assert Slot.objects.count() == 0


def test_event_is_divided_once(fair, owner):
    for _ in range(2):
        owner.post(address("daily", fair), {"way": "day_and_night"})
    assert fair.slots.count() == 3


# --- the event's page ---


def test_event_s_page_lists_its_slots_with_their_states(event, slots, owner):
    change_slot(slots[1], name="Film 1", start=slots[1].start, end=slots[1].end + timedelta(minutes=5), by=UserFactory())
    response = owner.get(address("detail", event))
    assert [(row.slot, row.state) for row in response.context["rows"]] == [
        (slots[0], "upcoming"),
        (slots[1], "left_behind"),
        (slots[2], "upcoming"),
    ]
    assert [row.code.slot_id for row in response.context["rows"]] == [slot.pk for slot in slots]
    assert (response.context["state"], response.context["codes"]) == ("left_behind", [])
    assert address("renew_all", event) in response.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_event_s_page_asks_as_much_for_one_slot_as_for_three(number, django_assert_num_queries):
    event = coming_event()
    add_slots(event=event, slots=[details(event, n) for n in range(number)], by=UserFactory(), now=timezone.now())
    browser = signed_in(member(event.organisation))
    with django_assert_num_queries(19):
        response = browser.get(address("detail", event))
    assert len(response.context["rows"]) == number


def test_event_s_page_begins_with_the_first_slot_that_is_not_over(event, owner, monkeypatch):
    monkeypatch.setattr(pages, "SLOTS_PER_PAGE", 2)
    Event.objects.update(start=event.start - timedelta(days=30))
    for days in (-5, -4, -3, 5, 6):
        start = timezone.now() + timedelta(days=days)
        Slot.objects.create(event=event, start=start, end=start + timedelta(hours=1), name=str(days))
    shown = {
        page: [row.slot.name for row in owner.get(address("detail", event), {"page": page} if page else {}).context["rows"]]
        for page in ("", "1", "3", "99")
    }
    assert shown == {"": ["-3", "5"], "1": ["-5", "-4"], "3": ["6"], "99": ["6"]}


def test_reader_sees_slots_and_prints_them_but_is_offered_nothing_else(event, slots, reader):
    page = reader.get(address("detail", event)).content.decode() + reader.get(address("slot", slots[0])).content.decode()
    assert address("slot", slots[0]) in page
    assert address("print_slot", slots[0]) in page
    for name, subject in (
        *((name, event) for name in ("slots", "rooms", "edit", "duplicate", "staff", "archive")),
        *((name, slots[0]) for name in ("slot_edit", "slot_remove")),
    ):
        assert address(name, subject) not in page


# --- one slot ---


def test_slot_s_page_shows_its_codes_everywhere_or_in_a_room(event, owner):
    room = EventRoomFactory(event=event, name="Petite salle")
    dependent = EventRoomFactory(event=event, independent=False)
    slot, other = add_slots(event=event, slots=[details(event, n) for n in range(2)], by=UserFactory(), now=timezone.now())
    set_staff_codes(event.pk, wanted=True, by=UserFactory(), now=timezone.now())
    for query, expected in (({}, None), ({"room": str(room.uuid)}, room)):
        codes = owner.get(address("slot", slot), query).context["codes"]
        assert [(code.kind, code.slot, code.room) for code in codes] == [
            ("entrance", slot, expected),
            ("asynchronous", slot, expected),
        ]
    for query in (str(dependent.uuid), "nonsense", str(other.uuid)):
        assert owner.get(address("slot", slot), {"room": query}).status_code == 404


def test_slot_edited_to_other_times_offers_to_renew_its_codes(event, slots, owner):
    slot = slots[0]
    form = owner.get(address("slot_edit", slot)).context["form"]
    written = {name: form[name].field.widget.format_value(form[name].value()) for name in form.fields}
    owner.post(address("slot_edit", slot), written)
    assert Slot.objects.get(pk=slot.pk).start == slot.start
    end = f"{slot.end.astimezone(PARIS) + timedelta(hours=1):%Y-%m-%dT%H:%M}"
    response = owner.post(address("slot_edit", slot), written | {"name": "Autre film", "end": end}, follow=True)
    assert "Changed since they were issued: the end." in response.content.decode()
    assert Slot.objects.get(pk=slot.pk).name == "Autre film"
    owner.post(address("renew", response.context["codes"][0]))
    assert owner.get(address("slot", slot)).context["state"] == "upcoming"
    assert slot.codes.filter(replaced_at=None).count() == 2


def test_slot_edited_to_times_that_make_no_sense_keeps_what_was_typed(slots, owner):
    slot = slots[0]
    start, end = (f"{slot.start.astimezone(PARIS) + timedelta(hours=hours):%Y-%m-%dT%H:%M}" for hours in (0, -1))
    form = owner.post(address("slot_edit", slot), {"name": "X", "start": start, "end": end}).context["form"]
    assert (form.errors, form["end"].value()) == ({"end": ["The end must be after the start."]}, end)


def test_removed_slot_is_gone_from_its_pages_and_can_be_followed_by_codes_for_the_whole_event(event, owner):
    slot = add_slot(event=event, name="Film", start=event.start, end=event.end, by=UserFactory(), now=timezone.now())
    assert "Remove the slot?" in owner.get(address("slot_remove", slot)).content.decode()
    response = owner.post(address("slot_remove", slot), follow=True)
    assert (response.context["state"], response.context["rows"]) == ("no_codes", [])
    assert {code.where for code in response.context["replaced"]} == {"", "Film"}
    for name in ("slot", "slot_edit", "slot_remove", "print_slot"):
        assert owner.get(address(name, slot)).status_code == 404
    response = owner.post(address("complete", event), follow=True)
    assert [code.kind for code in response.context["codes"]] == ["entrance", "asynchronous"]


def test_event_cannot_be_edited_to_leave_a_slot_out(event, slots, owner):
    form = owner.get(address("edit", event)).context["form"]
    typed = {name: form[name].value() for name in form.fields}
    typed |= {
        name: f"{event.start.astimezone(PARIS) + timedelta(hours=h):%Y-%m-%dT%H:%M}" for name, h in (("start", 1), ("end", 2))
    }
    form = owner.post(address("edit", event), typed).context["form"]
    assert form.errors == {
        "start": ["A slot begins before this. Change or remove the slot first."],
        "end": ["A slot ends after this. Change or remove the slot first."],
    }


# --- renewing, staff ---


def test_renew_all_renews_what_carries_old_details_and_nothing_else(event, slots, owner):
    by = UserFactory()
    set_staff_codes(event.pk, wanted=True, by=by, now=timezone.now())
    change_slot(slots[0], name="", start=slots[0].start, end=slots[0].end + timedelta(minutes=5), by=by)
    assert owner.get(address("renew_all", event)).context["number"] == 1
    before = set(EventCode.objects.current())
    owner.post(address("renew_all", event))
    new = set(EventCode.objects.current()) - before
    assert sorted((code.kind, code.slot) for code in new) == [(kind, slots[0]) for kind in ("asynchronous", "entrance", "staff")]
    assert EventCode.objects.current().count() == 9
    assert said(owner.get(address("renew_all", event)))[-1] == "No code carries old details: there is nothing to renew."


def test_edited_phone_leaves_every_slot_behind_and_one_click_renews_them(event, slots, owner):
    Event.objects.update(phone="33400000000")
    event.codes.current().update(edited_since=["phone"])
    response = owner.get(address("renew_all", event))
    assert response.context["number"] == 3
    owner.post(address("renew_all", event))
    assert (event.codes.current().count(), event.codes.left_behind(timezone.now()).count()) == (6, 0)


def test_renew_of_one_room_leaves_the_others(event, owner):
    room = EventRoomFactory(event=event)
    slot = add_slot(event=event, name="", start=event.start, end=event.end, by=UserFactory(), now=timezone.now())
    code = slot.codes.get(room=room, kind="entrance")
    everywhere = set(slot.codes.filter(room=None))
    assert room.name in owner.get(address("renew", code)).content.decode()
    response = owner.post(address("renew", code))
    assert response.headers["Location"] == f"{address('slot', slot)}?room={room.uuid}"
    assert set(slot.codes.filter(room=None, replaced_at=None)) == everywhere
    assert slot.codes.filter(room=room, replaced_at=None).count() == 2


def test_codes_of_a_slot_that_is_over_are_not_renewed(event, slots, owner):
    Slot.objects.filter(pk=slots[0].pk).update(start=timezone.now() - timedelta(hours=3), end=timezone.now() - timedelta(hours=1))
    code = slots[0].codes.first()
    for response in (owner.get(address("renew", code)), owner.post(address("renew", code))):
        assert said(response)[-1] == "This event is over: its codes are no longer renewed."
    assert slots[0].codes.count() == 2


def test_staff_codes_are_made_and_taken_out_of_use_and_shown_on_no_page(event, owner):
    page = owner.post(address("staff", event), {"wanted": "yes"}, follow=True)
    code = event.codes.get(kind="staff")
    assert address("print_staff", event) in page.content.decode()
    assert str(code.uuid) not in page.content.decode()
    assert code.check_code == event.codes.filter(kind="entrance").first().check_code
    owner.post(address("staff", event))
    assert event.codes.get(kind="staff").replaced_at is not None
    assert event.codes.current().count() == 2


def test_removing_slots_leaves_no_codes_of_theirs_to_print(event, slots, owner):
    remove_slot(slots[0], by=UserFactory(), now=timezone.now())
    keys = {choice for choice, _ in owner.get(address("print", event)).context["form"].fields["keys"].choices}
    assert not keys & {str(code.uuid) for code in slots[0].codes.all()}
