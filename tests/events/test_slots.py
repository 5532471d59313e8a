from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.enums import AsynchronousStyle, Deployment
from clea_portal.authorities.keys import NoKey
from clea_portal.codes.errors import Archived
from clea_portal.protocol.lsp import LspType
from clea_portal.protocol.ntp import to_ntp
from events import codes as codes_module
from events.codes import complete_codes, set_staff_codes
from events.errors import EventOver, TooManyCodes, TooManySlots
from events.models import Event, EventCode, EventSecret, Slot
from events.planning import archive_event
from events.slots import MOST_AT_ONCE, SlotDetails, add_slot, add_slots, change_slot, remove_slot
from events.timing import EventTooLong
from tests.events.making import END, NOW, PARIS, START, planned_event, schedule_of
from tests.factories import EventRoomFactory, UserFactory
from tests.members import organisation_with_choices
from tests.opening import open_code

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def screening(day=20, hour=15, *, hours=2, name=""):
    start = datetime(2026, 6, day, hour, tzinfo=PARIS)
    return SlotDetails(start=start, end=start + timedelta(hours=hours), name=name)


def ltids(codes):
    return {open_code(code.deep_link).header.ltid for code in codes}


def test_each_slot_has_an_entrance_and_an_asynchronous_code_of_one_ltid_of_its_own():
    event, by = planned_event(), UserFactory()
    first, second = add_slots(event=event, slots=[screening(20, name="Les Enfants"), screening(21)], by=by, now=LATER)
    assert [(slot.name, slot.start, slot.end) for slot in Slot.objects.all()] == [
        ("Les Enfants", datetime(2026, 6, 20, 13, tzinfo=UTC), datetime(2026, 6, 20, 15, tzinfo=UTC)),
        ("", datetime(2026, 6, 21, 13, tzinfo=UTC), datetime(2026, 6, 21, 15, tzinfo=UTC)),
    ]
    of_first, of_second = (list(slot.codes.order_by("kind")) for slot in (first, second))
    assert [code.kind for code in of_first + of_second] == ["asynchronous", "entrance"] * 2
    assert (len(ltids(of_first)), len(ltids(of_second)), len(ltids(of_first + of_second))) == (1, 1, 2)
    asynchronous, entrance = (open_code(code.deep_link) for code in of_first)
    assert (asynchronous.header.lsp_type, asynchronous.header.visit_duration) == (LspType.ASYNCHRONOUS, 2)
    assert asynchronous.header.t_event == to_ntp(first.start)
    period = (datetime(2026, 6, 20, 12, tzinfo=UTC), datetime(2026, 6, 20, 16, tzinfo=UTC))
    for opened in (asynchronous, entrance):
        assert (opened.message.t_period_start, opened.message.period_duration) == (to_ntp(period[0]), 4)
    assert [(code.valid_from, code.valid_until) for code in of_first] == [(first.start, first.end), period]


def test_slot_in_a_country_of_the_parameter_style_has_its_start_in_the_link():
    event = planned_event(organisation_with_choices(asynchronous_style=AsynchronousStyle.PARAMETER))
    slot = add_slot(event=event, name="", start=START, end=END, by=UserFactory(), now=LATER)
    opened = open_code(slot.codes.get(kind="asynchronous").deep_link)
    assert (opened.header.lsp_type, opened.link.t) == (LspType.SYNCHRONOUS, int(START.timestamp()))


def test_codes_of_the_whole_event_go_out_of_use_with_the_first_slot():
    event, by = planned_event(), UserFactory()
    add_slots(event=event, slots=[screening()], by=by, now=LATER)
    add_slots(event=event, slots=[screening(21)], by=by, now=LATER)
    assert set(EventCode.objects.filter(slot=None).values_list("replaced_at", flat=True)) == {LATER}
    assert EventCode.objects.current().count() == 4
    acts = AuditEvent.objects.filter(actor=by).order_by("pk").values_list("verb", "details")
    assert [(verb, details.get("number", len(details.get("codes", ())))) for verb, details in acts] == [
        ("replaced", 2),
        ("issued", 2),
        ("issued", 2),
    ]


def test_event_grows_to_cover_its_slots_and_never_shrinks():
    event, by = planned_event(), UserFactory()
    early, late = (screening(day) for day in (10, 30))
    slots = add_slots(event=event, slots=[early, late], by=by, now=LATER)
    assert Event.objects.values_list("start", "end").get() == (early.start, late.end)
    change_slot(slots[1], name="", start=late.start, end=late.end + timedelta(hours=1), by=by)
    remove_slot(slots[0], by=by, now=LATER)
    assert Event.objects.values_list("start", "end").get() == (early.start, late.end + timedelta(hours=1))


def test_each_independent_room_has_codes_of_its_own_in_each_slot():
    event, by = planned_event(), UserFactory()
    hall = EventRoomFactory(event=event)
    EventRoomFactory(event=event, independent=False)
    EventRoomFactory(event=event, removed_at=NOW)
    add_slots(event=event, slots=[screening(20), screening(21)], by=by, now=LATER)
    current = EventCode.objects.current()
    assert sorted(current.values_list("slot__start__day", "room", "kind"), key=str) == sorted(
        [(day, room, kind) for day in (20, 21) for room in (None, hall.pk) for kind in ("entrance", "asynchronous")], key=str
    )
    assert len(ltids(current)) == EventSecret.objects.exclude(slot=None).count() == 4


@pytest.mark.parametrize(
    ("slots", "error"),
    [
        ([screening()] * (MOST_AT_ONCE + 1), TooManySlots),
        ([screening(), screening(21, hours=253)], EventTooLong),
        ([screening(), screening(2)], EventOver),
    ],
)
def test_slots_are_added_all_or_none(slots, error):
    event = planned_event()
    with pytest.raises(error):
        add_slots(event=event, slots=slots, by=UserFactory(), now=LATER)
    assert (Slot.objects.count(), EventCode.objects.current().count()) == (0, 2)


def test_slots_of_an_archived_event_or_without_keys_are_not_added():
    event = planned_event()
    event.country.server.keys.all().delete()
    with pytest.raises(NoKey):
        add_slots(event=event, slots=[screening()], by=UserFactory(), now=LATER)
    archive_event(event, by=UserFactory(), now=LATER)
    with pytest.raises(Archived):
        add_slots(event=event, slots=[screening()], by=UserFactory(), now=LATER)
    assert Slot.objects.count() == 0


def test_event_has_so_many_codes_and_no_more(monkeypatch):
    monkeypatch.setattr(codes_module, "MOST_CODES", 4)
    event = planned_event()
    add_slots(event=event, slots=[screening(20), screening(21)], by=UserFactory(), now=LATER)
    with pytest.raises(TooManyCodes):
        add_slots(event=event, slots=[screening(22)], by=UserFactory(), now=LATER)
    assert (Slot.objects.count(), EventCode.objects.current().count()) == (2, 4)


@pytest.mark.parametrize("number", [1, 30])
def test_adding_many_slots_asks_as_much_as_adding_one(number, django_assert_num_queries):
    event, by = planned_event(), UserFactory()
    add_slots(event=event, slots=[screening()], by=by, now=LATER)
    # PostgreSQL is told that the event is shared.
    with django_assert_num_queries(9 + connection.features.has_select_for_update):
        add_slots(event=event, slots=[screening()] * number, by=by, now=LATER)


def test_codes_of_slots_carry_no_contact_without_contact_tracing():
    event = planned_event(organisation_with_choices(deployment=Deployment.NONE))
    Event.objects.update(phone="33465710038", pin="380038", has_staff_codes=True)
    EventRoomFactory(event=event)
    add_slots(event=event, slots=[screening()], by=UserFactory(), now=LATER)
    codes = EventCode.objects.current()
    assert [open_code(code.deep_link).contact for code in codes] == [None] * 6


def test_changing_the_times_of_a_slot_leaves_its_codes_behind_and_no_others():
    event, by = planned_event(), UserFactory()
    slot, other = add_slots(event=event, slots=[screening(20), screening(21)], by=by, now=LATER)
    links = set(slot.codes.values_list("deep_link", flat=True))
    assert change_slot(slot, name="New", start=slot.start, end=slot.end, by=by) == ["name"]
    assert [code.edited_since for code in slot.codes.all()] == [[], []]
    assert change_slot(slot, name="New", start=slot.start, end=slot.end + timedelta(minutes=30), by=by) == ["end"]
    assert [code.edited_since for code in slot.codes.all()] == [["end"], ["end"]]
    assert [code.edited_since for code in other.codes.all()] == [[], []]
    assert {code.deep_link for code in slot.codes.all()} == links
    with pytest.raises(EventTooLong):
        change_slot(slot, name="New", start=slot.start, end=slot.end + timedelta(hours=252), by=by)


def test_removed_slot_keeps_its_codes_as_replaced():
    event, by = planned_event(), UserFactory()
    slot, other = add_slots(event=event, slots=[screening(20), screening(21)], by=by, now=LATER)
    remove_slot(slot, by=by, now=LATER)
    remove_slot(slot, by=by, now=LATER + timedelta(hours=1))
    assert list(Slot.objects.in_use()) == [other]
    assert {code.replaced_at for code in slot.codes.all()} == {LATER}
    assert AuditEvent.objects.filter(verb="slot_removed").count() == 1


def test_event_left_without_slots_gets_codes_for_the_whole_of_it_on_request():
    event, by = planned_event(), UserFactory()
    slot = add_slot(event=event, name="", start=START, end=END, by=by, now=LATER)
    remove_slot(slot, by=by, now=LATER)
    assert EventCode.objects.current().count() == 0
    made = complete_codes(event.pk, by=by, now=LATER)
    assert set(EventCode.objects.current()) == set(made)
    assert [(code.kind, code.slot) for code in made] == [("entrance", None), ("asynchronous", None)]
    assert complete_codes(event.pk, by=by, now=LATER) == []


def test_completing_the_codes_makes_none_for_what_is_over_or_too_long():
    event, by = planned_event(schedule=schedule_of(end=START + timedelta(days=30))), UserFactory()
    assert complete_codes(event.pk, by=by, now=LATER) == []
    slots = add_slots(event=event, slots=[screening(20), screening(21)], by=by, now=LATER)
    room = EventRoomFactory(event=event)
    made = complete_codes(event.pk, by=by, now=slots[0].end)
    assert [(code.kind, code.slot, code.room) for code in made] == [
        (kind, slots[1], room) for kind in ("entrance", "asynchronous")
    ]


def test_staff_codes_are_siblings_of_the_entrance_codes_now_and_later():
    event, by = planned_event(), UserFactory()
    slot = add_slot(event=event, name="", start=START, end=END, by=by, now=LATER)
    # The times have been edited since: the code for staff must not get a period of its own for that.
    change_slot(slot, name="", start=START - timedelta(hours=3), end=END, by=by)
    set_staff_codes(event.pk, wanted=True, by=by, now=LATER)
    set_staff_codes(event.pk, wanted=True, by=by, now=LATER)
    staff, entrance = (slot.codes.get(kind=kind) for kind in ("staff", "entrance"))
    one, other = (open_code(code.deep_link) for code in (staff, entrance))
    assert (one.message.staff, other.message.staff) == (True, False)
    assert (one.header.lsp_type, one.header.ltid) == (LspType.SYNCHRONOUS, other.header.ltid)
    assert (one.message.t_period_start, one.message.period_duration) == (
        other.message.t_period_start,
        other.message.period_duration,
    )
    assert (staff.edited_since, staff.valid_from, staff.valid_until) == (["start"], entrance.valid_from, entrance.valid_until)
    later = add_slot(event=event, name="", start=START, end=END, by=by, now=LATER)
    assert sorted(later.codes.values_list("kind", flat=True)) == ["asynchronous", "entrance", "staff"]
    set_staff_codes(event.pk, wanted=False, by=by, now=LATER)
    assert sorted(EventCode.objects.current().values_list("kind", flat=True)) == [
        "asynchronous",
        "asynchronous",
        "entrance",
        "entrance",
    ]
