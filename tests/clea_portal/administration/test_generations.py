from datetime import timedelta

import pytest
from django.utils import timezone

from clea_portal.administration.generations import GenerationState, generations_of
from clea_portal.administration.tracing_keys import add_tracing_key
from clea_portal.audit.models import AuditEvent, AuditKind
from clea_portal.audit.retention import RETENTION
from clea_portal.authorities.key_uses import unrecorded
from events.models import EventCode, EventCodeKind
from mct.contact_models import RegisterPage
from mct.messages.enums import MessageState
from tests.clea_portal.administration.scenes import DAY, rotated
from tests.factories import CaseFactory, ContactMessageFactory, EventFactory, VenueFactory
from venues.codes import issue_code, renew_code
from venues.managing import archive_venue
from venues.models import Display

S = GenerationState


@pytest.fixture
def now():
    return timezone.now()


def told(country, now):
    """Of each generation its state, and what hangs on it."""
    return [(each.state, [(use.words, use.until) for use in each.uses]) for each in generations_of(country, now=now)]


def old_one(country, now):
    return generations_of(country, now=now)[-1]


def test_planned_in_use_still_reading_destroyable(country, now):
    assert told(country, now) == [(S.IN_USE, [])]
    add_tracing_key(country, valid_from=now + DAY, by=None, now=now)
    assert [state for state, _ in told(country, now)] == [S.PLANNED, S.IN_USE]
    later = now + 2 * DAY
    assert [state for state, _ in told(country, later)] == [S.IN_USE, S.READS]
    # 7 days of advice, 15 of retention.
    free = now + DAY + timedelta(days=22)
    assert (old_one(country, later).free_at, unrecorded(country)) == (free, timedelta(days=22))
    assert [old_one(country, at).state for at in (free - timedelta(seconds=1), free)] == [S.READS, S.DESTROYABLE]


def test_poster_hangs_on_its_key_until_it_is_renewed_and_past_its_retention(country, administrator, now):
    code = issue_code(venue=VenueFactory(), by=administrator, now=now)
    assert told(country, now)[0][1] == [("1 poster’s code without an end", None)]
    rotated(country, now=now + DAY)
    later = now + 400 * DAY
    assert (old_one(country, later).state, old_one(country, later).free_at) == (S.READS, None)
    renew_code(code, by=administrator, now=later)
    old = old_one(country, later)
    assert ([(use.words, use.until) for use in old.uses], old.free_at) == (
        [("1 code that ends or was replaced", later + 15 * DAY)],
        later + 15 * DAY,
    )
    assert (old_one(country, later + 15 * DAY).state, old_one(country, later + 15 * DAY).uses) == (S.DESTROYABLE, [])


def test_code_of_an_archived_place_ends_with_it(country, administrator, now):
    venue = VenueFactory()
    issue_code(venue=venue, by=administrator, now=now)
    archive_venue(venue, by=administrator, now=now + DAY)
    assert told(country, now + DAY)[0][1] == [("1 code that ends or was replaced", now + 16 * DAY)]


def test_register_pages_and_messages_and_events_and_displays(country, administrator, now):
    key, event = country.tracing.keys.get(), EventFactory()
    RegisterPage.objects.create(case=CaseFactory(), number=1, envelope=b"", key=key, kind="pdf", size=1, expires_at=now + 9 * DAY)
    ContactMessageFactory(country=country, state=MessageState.WAITING)
    EventCode.objects.create(
        kind=EventCodeKind.ENTRANCE,
        event=event,
        secret=event.secrets.create(sk_l="00"),
        deep_link="",
        tracing_key=key,
        valid_from=event.start,
        valid_until=event.end,
    )
    Display.objects.create(venue=VenueFactory(), name="Entrance", token_hash="0")
    rotated(country, now=now)
    new, old = told(country, now)
    assert new == (S.IN_USE, [("1 display", None), ("1 contact message to be decrypted", None)])
    assert old == (
        S.READS,
        [
            ("1 code of an event", event.end + 15 * DAY),
            ("1 page of a visitors’ register", now + 9 * DAY),
            ("1 contact message to be decrypted", None),
        ],
    )


def configured(venue, at, room=None):
    AuditEvent.objects.create(
        at=at,
        kind=AuditKind.ACT,
        verb="device_configured",
        subject="venues.venue",
        subject_uuid=venue.uuid,
        details={"room": room},
    )


def test_device_hangs_on_the_key_that_it_was_configured_with(country, now):
    venue = VenueFactory()
    configured(venue, now - 3 * DAY)
    configured(venue, now - 2 * DAY)
    configured(venue, now - 2 * DAY, room="one")
    rotated(country, now=now)
    assert told(country, now) == [
        (S.IN_USE, []),
        (S.READS, [("3 devices that were configured with it", now - 2 * DAY + RETENTION)]),
    ]
    # One of the two is renewed, and the other one may still be there.
    configured(venue, now + DAY)
    assert told(country, now + DAY) == [
        (S.IN_USE, [("1 device that was configured with it", now + DAY + RETENTION)]),
        (S.READS, [("2 devices that were configured with it", now - 2 * DAY + RETENTION)]),
    ]


@pytest.mark.parametrize("number", [1, 3])
def test_as_many_questions_for_one_generation_as_for_many(country, administrator, now, number, django_assert_num_queries):
    for count in range(number):
        issue_code(venue=VenueFactory(), by=administrator, now=now + count * DAY)
        rotated(country, now=now + count * DAY)
    with django_assert_num_queries(7):
        assert len(generations_of(country, now=now + 9 * DAY)) == number + 1


def test_another_country_has_nothing_to_do_with_it(country, administrator, now):
    issue_code(venue=VenueFactory(), by=administrator, now=now)
    other = type(country).objects.create(
        code="BE", name_fr="Belgique", name_en="Belgium", prefix="https://b.example#", host="b.example"
    )
    rotated(other, now=now)
    assert told(other, now) == [(S.IN_USE, [])]
