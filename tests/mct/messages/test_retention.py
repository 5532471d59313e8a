from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from mct.messages.enums import MessageEntry, MessageState
from mct.messages.history import note
from mct.messages.models import ContactMessage, MessageEvent
from mct.messages.retention import purge
from tests.factories import ContactMessageFactory as Message
from tests.factories import CountryFactory, ready_country

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)


@pytest.mark.parametrize("state", MessageState)
def test_message_is_deleted_with_its_history_whatever_became_of_it(state):
    ready_country(message_retention_days=15)
    kept = Message(state=state, received_at=NOW - 15 * DAY + timedelta(minutes=1))
    gone = Message(state=state, received_at=NOW - 15 * DAY - timedelta(minutes=1))
    note(gone, MessageEntry.RECEIVED, by=None)
    assert purge(now=NOW) == 2
    assert (list(ContactMessage.objects.all()), MessageEvent.objects.count()) == ([kept], 0)


def test_each_country_has_its_own_retention():
    france = ready_country(message_retention_days=15)
    belgium = CountryFactory(code="BE", prefix="https://b.example#", host="b.example", message_retention_days=3)
    old = {"received_at": NOW - 4 * DAY}
    kept, _ = Message(country=france, **old), Message(country=belgium, **old)
    purge(now=NOW)
    assert list(ContactMessage.objects.all()) == [kept]


def test_purge_runs_with_the_others():
    assert "mct.messages.retention.purge" in settings.PURGES
