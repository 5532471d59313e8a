from datetime import timedelta

import pytest

from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.enums import Deployment
from clea_portal.authorities.keys import NoKey
from events.models import Event, EventCode
from events.planning import archive_event, bring_back_event, change_event, plan_event
from events.timing import EventTooLong
from tests.events.making import END, NOW, START, planned_event, schedule_of
from tests.members import member, organisation_with_choices
from tests.venues.making import details_of

pytestmark = pytest.mark.django_db


def test_plan_event_stores_the_details_and_issues_both_codes():
    event = planned_event()
    assert (event.name, event.phone, event.pin) == ("Mariage de Camille", "33465710038", "380038")
    assert (event.start, event.end, event.time_zone, event.created_at) == (START, END, "Europe/Paris", NOW)
    assert set(event.codes.values_list("kind", "created_at", "replaced_at")) == {
        ("entrance", NOW, None),
        ("asynchronous", NOW, None),
    }
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", "subject_uuid")) == [
        ("created", event.uuid),
        ("issued", event.uuid),
    ]


def test_plan_event_that_is_too_long_for_a_code_waits_for_its_slots():
    event = planned_event(schedule=schedule_of(end=START + timedelta(hours=254)))
    assert (event.end, EventCode.objects.count()) == (START + timedelta(hours=254), 0)
    assert list(AuditEvent.objects.values_list("verb", flat=True)) == ["created"]


def test_plan_event_without_keys_makes_nothing():
    organisation = organisation_with_choices()
    organisation.country.tracing.keys.all().delete()
    with pytest.raises(NoKey):
        plan_event(
            by=member(organisation), organisation=organisation, details=details_of(organisation), schedule=schedule_of(), now=NOW
        )
    assert Event.objects.count() == 0


def test_plan_event_without_contact_tracing_stores_neither_phone_nor_pin():
    event = planned_event(organisation_with_choices(deployment=Deployment.NONE))
    assert (event.phone, event.pin) == ("", "")


def test_change_event_of_the_times_leaves_the_codes_behind():
    event = planned_event()
    links = set(event.codes.values_list("deep_link", flat=True))
    later = schedule_of(end=END + timedelta(hours=1))
    details = details_of(event.organisation, name="Mariage de Dominique")
    assert change_event(event, by=member(event.organisation), details=details, schedule=later) == ["name", "end"]
    assert Event.objects.values_list("name", "end").get() == ("Mariage de Dominique", END + timedelta(hours=1))
    assert [code.edited_since for code in EventCode.objects.all()] == [["end"], ["end"]]
    assert {code.deep_link for code in EventCode.objects.all()} == links
    assert AuditEvent.objects.get(verb="changed").details == {"fields": ["end", "name"]}


def test_change_event_of_the_name_leaves_the_codes_current():
    event = planned_event()
    change_event(event, by=member(event.organisation), details=details_of(event.organisation, name="X"), schedule=schedule_of())
    assert [code.edited_since for code in EventCode.objects.all()] == [[], []]


def test_change_event_to_more_than_a_code_covers_changes_nothing():
    event = planned_event()
    with pytest.raises(EventTooLong):
        change_event(
            event,
            by=member(event.organisation),
            details=details_of(event.organisation, name="X"),
            schedule=schedule_of(end=START + timedelta(days=11)),
        )
    assert Event.objects.values_list("name", "end").get() == ("Mariage de Camille", END)


def test_archive_event_and_bring_it_back_keep_the_codes():
    event = planned_event()
    by = member(event.organisation)
    archive_event(event, by=by, now=NOW)
    archive_event(event, by=by, now=END)
    assert Event.objects.get().archived_at == NOW
    bring_back_event(event, by=by)
    bring_back_event(event, by=by)
    assert Event.objects.get().archived_at is None
    assert EventCode.objects.current().count() == 2
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))[2:] == ["archived", "brought_back"]
