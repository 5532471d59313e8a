from datetime import timedelta

import pytest

from events.codes import renew_codes
from events.models import Event, EventCode, EventSecret, Slot
from events.retention import purge
from events.slots import SlotDetails, add_slots, remove_slot
from tests.events.making import END, NOW, START, planned_event
from tests.factories import UserFactory
from tests.members import organisation_with_choices

pytestmark = pytest.mark.django_db


def test_purge_deletes_an_event_with_everything_after_the_country_s_days():
    planned_event(organisation_with_choices(code_retention_days=15))
    assert purge(now=END + timedelta(days=15, seconds=-1)) == 0
    assert purge(now=END + timedelta(days=15)) == 4
    assert (Event.objects.count(), EventCode.objects.count(), EventSecret.objects.count()) == (0, 0, 0)


def test_purge_deletes_replaced_codes_before_that():
    event = planned_event(organisation_with_choices(code_retention_days=2))
    new = renew_codes(event.codes.first(), by=UserFactory(), now=NOW)
    assert purge(now=NOW + timedelta(days=2, seconds=-1)) == 0
    assert purge(now=NOW + timedelta(days=2)) == 3
    assert (set(EventCode.objects.all()), EventSecret.objects.get(), Event.objects.get()) == (set(new), new[0].secret, event)


def test_purge_deletes_a_slot_with_everything_after_the_country_s_days_and_leaves_the_others():
    event, by = planned_event(organisation_with_choices(code_retention_days=5)), UserFactory()
    times = [SlotDetails(start=START + timedelta(days=days), end=END + timedelta(days=days)) for days in (0, 20)]
    early, late = add_slots(event=event, slots=times, by=by, now=NOW)
    purge(now=NOW + timedelta(days=5))
    assert EventCode.objects.count() == EventCode.objects.current().count() == 4
    assert purge(now=early.end + timedelta(days=5, seconds=-1)) == 0
    assert purge(now=early.end + timedelta(days=5)) == 4
    assert list(Slot.objects.all()) == [late]
    assert (set(EventCode.objects.values_list("slot", flat=True)), EventSecret.objects.count()) == ({late.pk}, 1)


def test_purge_deletes_a_removed_slot_with_its_last_code():
    event, by = planned_event(organisation_with_choices(code_retention_days=5)), UserFactory()
    slot, other = add_slots(event=event, slots=[SlotDetails(start=START, end=END)] * 2, by=by, now=NOW)
    remove_slot(slot, by=by, now=NOW + timedelta(days=1))
    purge(now=NOW + timedelta(days=5))
    assert set(Slot.objects.all()) == {slot, other}
    purge(now=NOW + timedelta(days=6))
    assert set(Slot.objects.all()) == {other}
