"""Printing of events: what differs from venues (tests/venues/test_printing.py)."""

import io
from datetime import timedelta
from zipfile import ZipFile

import pytest
from django.urls import reverse
from django.utils import timezone

from clea_portal.audit.models import AuditEvent
from events.codes import renew_codes
from events.models import EventCode
from events.printing import of_event
from events.slots import SlotDetails, add_slots
from tests.clea_portal.codes.printing.orders import body, choices, content_of, links_of, ordered
from tests.events.making import coming_event
from tests.factories import EventRoomFactory, UserFactory
from tests.members import member, signed_in
from tests.opening import links_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(db):
    return coming_event()


@pytest.fixture
def browser(event):
    return signed_in(member(event.organisation))


@pytest.fixture
def url(event):
    return reverse("events:print", args=[event.uuid])


@pytest.fixture
def slots(event):
    """Three screenings on one evening."""
    times = [event.start + timedelta(hours=2 * number) for number in range(3)]
    details = [SlotDetails(name=f"Film {n}", start=start, end=start + timedelta(hours=1)) for n, start in enumerate(times)]
    return add_slots(event=event, slots=details, by=UserFactory(), now=timezone.now())


def printed(subject):
    return [(printable.kind, printable.part) for printable in subject.printables]


def test_event_has_its_two_codes_and_copies_for_rooms_that_show_them(event):
    EventRoomFactory(event=event, name="Balcony", independent=False, tables="1\n2")
    assert printed(of_event(event)) == [("entrance", ""), ("entrance", "Balcony"), ("asynchronous", "")]
    assert [printable.tables for printable in of_event(event).printables] == [(), ("1", "2"), ()]


def test_slots_come_in_their_order(event, slots):
    assert printed(of_event(event)) == [(kind, f"Film {number}") for number in range(3) for kind in ("entrance", "asynchronous")]


def test_single_code_is_a_download(event, url, browser):
    printable = of_event(event).printables[1]
    response = browser.post(url, choices(of_event(event), keys=[printable.key], output="svg"))
    assert links_in(body(response), kind="svg") == (printable.code.deep_link,)
    assert AuditEvent.objects.get(verb="printed").details == {"file": "svg", "code": printable.code_uuid}


def test_bundle_holds_posters_and_cards_of_every_slot(event, slots, url, browser):
    job = ordered(browser.post(url, choices(of_event(event), act="bundle_zip")))
    with ZipFile(io.BytesIO(content_of(job))) as archive:
        found = {name: links_of(archive.read(name)) for name in archive.namelist()}
    links = {kind: [(code.deep_link,) for code in _codes(event, kind)] for kind in ("entrance", "asynchronous")}
    assert {name: links for name, links in found.items() if any(links)} == {
        "1 Posters.pdf": links["entrance"],
        "2 Table tents.pdf": links["entrance"],
        "3 Stickers.pdf": links["entrance"],
        "4 Cards for tickets and invitations.pdf": links["asynchronous"],
    }


def test_renewed_before_it_is_fetched_is_not_handed_out(event, url, browser):
    job = ordered(browser.post(url, choices(of_event(event))))
    assert job.state == "done"
    renew_codes(EventCode.objects.filter(event=event).first(), by=UserFactory(), now=timezone.now())
    address = reverse("jobs:file", args=[job.uuid])
    assert browser.get(address)["Location"] == reverse("jobs:detail", args=[job.uuid])


def _codes(event, kind):
    return EventCode.objects.filter(event=event, kind=kind).current().order_by("slot__start")
