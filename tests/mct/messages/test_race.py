"""Two people act on one message at the same moment: needs a database that lets two connections write."""

from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from mct.messages import handling
from mct.messages.models import ContactMessage
from mct.messages.receiving import receive
from mct.models import Case
from tests.factories import ContactMessageFactory as Message
from tests.factories import TeamMembershipFactory
from tests.mct.messages.calling import encrypted_contact, sending_server
from tests.mct.test_race import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _two_writers() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one writer")


def test_several_take_and_one_is_faster():
    message = Message()
    people = [TeamMembershipFactory().user for _ in range(4)]
    outcomes = at_once(*[lambda by=by: handling.take(message, by=by) for by in people])
    assert sorted(outcomes) == ["SomeoneWasFaster"] * 3 + ["done"]
    message.refresh_from_db()
    assert message.taken_by == people[outcomes.index("done")]
    assert message.history.count() == 1


def test_five_pins_at_once_are_three_tries():
    agent = TeamMembershipFactory().user
    message = Message(taken_by=agent)

    def guess(pin):
        own = ContactMessage.objects.get(pk=message.pk)
        assert handling.try_pin(own, pin=pin, by=agent) is False

    outcomes = at_once(*[lambda pin=f"{number:06}": guess(pin) for number in range(5)])
    assert sorted(outcomes) == ["Locked"] * 2 + ["done"] * 3
    message.refresh_from_db()
    assert (message.tries_left, message.wrong_pins) == (0, 3)


def test_two_clicks_open_one_case():
    agent = TeamMembershipFactory().user
    message = Message(taken_by=agent)
    handling.try_pin(message, pin=message.pin, by=agent)
    own = [ContactMessage.objects.get(pk=message.pk) for _ in range(2)]
    outcomes = at_once(*[lambda each=each: handling.open_case(each, by=agent) for each in own])
    assert (sorted(outcomes), Case.objects.count()) == (["SomeoneWasFaster", "done"], 1)


def test_same_message_arrives_twice_at_once():
    server, now = sending_server(), timezone.now()
    said = {
        "number": uuid4(),
        "encrypted_contact": encrypted_contact(),
        "ltid": uuid4(),
        "start": now,
        "seconds": 60,
        "risk": 3.0,
    }
    outcomes = at_once(*[lambda: receive(server=server, now=now, **said)] * 3)
    assert (outcomes, ContactMessage.objects.count()) == (["done"] * 3, 1)
