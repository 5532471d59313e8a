"""Events in calendars."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clea_portal.accounts.enums import MemberRole
from clea_portal.audit.models import AuditEvent
from clea_portal.calendars import feeds
from clea_portal.calendars.feeds import share_calendar
from clea_portal.calendars.models import Feed
from events.calendar_urls import urlpatterns
from events.models import Event
from events.planning import archive_event
from events.slots import add_slot
from tests.clea_portal.calendars.test_writing import unescaped, unfolded, value
from tests.events.making import coming_event
from tests.factories import MembershipFactory, UserFactory
from tests.members import member, organisation_with_choices, signed_in


@pytest.fixture
def organisation(db):
    return organisation_with_choices()


@pytest.fixture
def event(organisation):
    return coming_event(organisation)


@pytest.fixture
def feed(organisation):
    return share_calendar(organisation=organisation, by=member(organisation), language="en", now=timezone.now())


def read(feed, **headers):
    return Client(headers=headers).get(reverse("events-calendar:feed", args=[feed.token]))


def test_file_of_an_event_carries_its_code(event):
    answer = signed_in(member(event.organisation)).get(reverse("events-calendar:event", args=[event.uuid]))
    code = event.codes.get(kind="asynchronous")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/calendar; charset=utf-8", "private, no-store")
    assert value(answer.content, "UID") == f"{event.uuid}@localhost"
    assert (value(answer.content, "URL"), value(answer.content, "SUMMARY")) == (code.deep_link, event.name)
    description = unescaped(value(answer.content, "DESCRIPTION"))
    assert [code.deep_link in description, code.check_code in description] == [True, True]


def test_event_with_slots_has_an_entry_for_each(event):
    by, now = member(event.organisation), timezone.now()
    slots = [add_slot(event=event, name=name, start=event.start, end=event.end, by=by, now=now) for name in ("Matinée", "")]
    answer = signed_in(by).get(reverse("events-calendar:event", args=[event.uuid]))
    lines = unfolded(answer.content)
    assert [line for line in lines if line.startswith(("UID", "SUMMARY", "URL"))] == [
        line
        for slot, summary in zip(slots, (f"{event.name} – Matinée", event.name), strict=True)
        for line in (
            f"UID:{slot.uuid}@localhost",
            f"SUMMARY:{summary}",
            f"URL:{slot.codes.get(kind='asynchronous').deep_link}",
        )
    ]


def test_change_raises_the_sequence_and_printing_does_not(event, feed):
    first = read(feed).content
    AuditEvent.objects.create(
        kind="act", verb="printed", subject="events.event", subject_uuid=event.uuid, at=timezone.now() + timedelta(hours=1)
    )
    assert read(feed).content == first
    later = timezone.now() + timedelta(hours=2)
    AuditEvent.objects.create(kind="act", verb="changed", subject="events.event", subject_uuid=event.uuid, at=later)
    second = read(feed).content
    assert int(value(first, "SEQUENCE")) < int(value(second, "SEQUENCE"))
    assert value(second, "LAST-MODIFIED") == f"{later:%Y%m%dT%H%M%SZ}"


def test_feed_shows_what_is_planned_and_nothing_else(organisation, feed):
    events = [coming_event(organisation, name=name) for name in ("Planned", "Archived", "Long over", "Just over")]
    archive_event(events[1], by=UserFactory(), now=timezone.now())
    for event, days in ((events[2], 32), (events[3], 3)):
        end = timezone.now() - timedelta(days=days)
        Event.objects.filter(pk=event.pk).update(start=end - timedelta(hours=1), end=end)
    coming_event(name="Elsewhere")
    names = re.findall(r"SUMMARY:(.*)", "\n".join(unfolded(read(feed).content)))
    assert names == ["Just over", "Planned"]


def test_feed_is_sent_again_only_when_it_has_changed(event, feed):
    first = read(feed)
    assert (first.status_code, first["Cache-Control"], first["X-Robots-Tag"]) == (200, "private, no-cache", "noindex, nofollow")
    same = read(feed, **{"if-none-match": first["ETag"]})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    coming_event(event.organisation)
    assert read(feed, **{"if-none-match": first["ETag"]}).status_code == 200


def test_address_is_encrypted_and_found_by_its_hash(feed):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM calendars_feed")
        assert feed.token not in repr(cursor.fetchone())


def test_new_address_takes_the_place_of_the_old_one(organisation, feed):
    new = share_calendar(organisation=organisation, by=UserFactory(), language="en", now=timezone.now())
    assert [read(feed).status_code, read(new).status_code] == [404, 200]
    assert feeds.purge(now=timezone.now() + feeds.RETENTION + timedelta(seconds=1)) == 1


def test_program_that_asks_without_pause_is_told_to_wait(feed, monkeypatch):
    monkeypatch.setattr("clea_portal.limits.time.time", lambda: 1_800_000_048.0)
    monkeypatch.setattr("events.calendar_views.READS_PER_MINUTE", 1)
    answers = [read(feed) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1]["Retry-After"] == "12"


def test_page_makes_shows_and_switches_off_an_address(organisation):
    browser = signed_in(member(organisation))
    where = reverse("events-calendar:calendars")
    assert "Make an address" in browser.get(where).content.decode()
    browser.post(reverse("events-calendar:share", args=[organisation.uuid]))
    feed = Feed.objects.get()
    assert feed.language == "en"
    assert f"http://localhost:8000/events/calendar/{feed.token}.ics" in browser.get(where).content.decode()
    browser.post(reverse("events-calendar:revoke", args=[organisation.uuid]))
    assert feed.token not in browser.get(where).content.decode()
    assert read(feed).status_code == 404
    verbs = AuditEvent.objects.filter(verb__startswith="calendar").order_by("pk").values_list("verb", "subject_uuid")
    assert list(verbs) == [("calendar_shared", organisation.uuid), ("calendar_revoked", organisation.uuid)]


def test_number_of_queries_is_the_same_for_any_number_of_events(organisation, feed):
    counts, by = [], member(organisation)
    for _ in range(3):
        event = coming_event(organisation)
        add_slot(event=event, name="", start=event.start, end=event.end, by=by, now=timezone.now())
        coming_event(organisation)
        with CaptureQueriesContext(connection) as queries:
            read(feed)
        counts.append(len(queries))
    assert len(set(counts)) == 1


# Name, what its address names, the method that works, the status for who may write, for readers, for strangers.
VIEWS = [
    ("calendars", None, "get", 200, 403, 302),
    ("share", "organisation", "post", 302, 403, 404),
    ("revoke", "organisation", "post", 302, 403, 404),
    ("event", "event", "get", 200, 200, 404),
]


@pytest.mark.parametrize(("name", "subject", "method", "writer", "reader", "stranger"), VIEWS)
def test_ladder(organisation, event, name, subject, method, writer, reader, stranger):
    assert {view[0] for view in VIEWS} | {"feed"} == {pattern.name for pattern in urlpatterns}
    uuids = {"organisation": organisation.uuid, "event": event.uuid}
    where = reverse(f"events-calendar:{name}", args=[uuids[subject]] if subject else [])
    people = [member(organisation, role) for role in (MemberRole.OWNER, MemberRole.EDITOR, MemberRole.READER)]
    strangers = [UserFactory()] if subject is None else [MembershipFactory().user]
    statuses = [getattr(signed_in(user), method)(where).status_code for user in [*people, *strangers]]
    assert statuses == [writer, writer, reader, stranger]
    assert getattr(Client(), method)(where).status_code == 302
    assert signed_in(people[0]).put(where).status_code == 405
    if subject:
        nowhere = reverse(f"events-calendar:{name}", args=[uuid.uuid4()])
        assert getattr(signed_in(people[0]), method)(nowhere).status_code == 404


def test_feed_is_read_by_whoever_has_its_address(feed):
    assert [read(feed).status_code, Client().post(reverse("events-calendar:feed", args=[feed.token])).status_code] == [200, 405]
    assert Client().get(reverse("events-calendar:feed", args=["x" * 43])).status_code == 404
