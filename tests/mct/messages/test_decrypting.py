from datetime import timedelta

import pytest
from django.utils import timezone

from clea_portal.authorities.models import TracingKey
from clea_portal.protocol.keys import generate_private_key, private_key_hex, public_key_hex
from mct.messages import decrypting
from mct.messages.enums import MessageState
from mct.messages.models import ContactMessage
from tests.factories import ContactMessageFactory as Message
from tests.factories import CountryFactory, RegionFactory, TracingAuthorityFactory, TracingKeyFactory, ready_country
from tests.mct.messages.calling import PHONE, PIN, encrypted_contact

pytestmark = pytest.mark.django_db
S = MessageState


def waiting(content, **fields):
    return Message(**({"state": S.WAITING, "content": content} | fields))


def decrypted(message):
    decrypting.decrypt_message(message.pk)
    message.refresh_from_db()
    return message


def entries(message):
    return [event.entry for event in message.history.all()]


def test_message_is_opened_and_given_to_its_region():
    ready_country()
    region = RegionFactory(number=38)
    RegionFactory(country=CountryFactory(code="BE", prefix="https://b.example#", host="b.example"), number=38)
    message = decrypted(waiting(encrypted_contact()))
    assert (message.state, message.region, message.phone, message.pin, message.region_number, message.content) == (
        S.OPEN,
        region,
        PHONE,
        PIN,
        "38",
        None,
    )
    assert (message.tries_left, message.taken_by, entries(message)) == (3, None, ["decrypted"])


def test_region_that_the_country_does_not_have_leads_to_no_region():
    ready_country()
    message = decrypted(waiting(encrypted_contact(region=213)))
    assert (message.state, message.region, message.region_number) == (S.OPEN, None, "213")


def test_older_generation_of_the_key_opens_its_messages():
    country = ready_country()
    newer = generate_private_key()
    TracingKey.objects.create(
        authority=country.tracing,
        public_key=public_key_hex(newer.public_key()),
        private_key=private_key_hex(newer),
        valid_from=timezone.now() - timedelta(days=1),
    )
    for content in (encrypted_contact(), encrypted_contact(key=newer.public_key())):
        assert decrypted(waiting(content)).phone == PHONE


@pytest.mark.parametrize("what", ["another key", "another country's key", "altered", "nonsense"])
def test_message_that_no_key_opens_is_kept_and_said_to_be_so(what):
    ready_country()
    content = encrypted_contact()
    if what == "another key":
        content = encrypted_contact(key=generate_private_key().public_key())
    elif what == "another country's key":
        belgium = CountryFactory(code="BE", prefix="https://b.example#", host="b.example")
        theirs = generate_private_key()
        TracingKeyFactory(
            authority=TracingAuthorityFactory(country=belgium),
            public_key=public_key_hex(theirs.public_key()),
            private_key=private_key_hex(theirs),
        )
        content = encrypted_contact(key=theirs.public_key())
    elif what == "altered":
        content = bytes([content[0] ^ 1]) + content[1:]
    else:
        content = bytes(65)
    message = decrypted(waiting(content))
    assert (message.state, message.content, message.phone, message.region) == (S.UNREADABLE, content, None, None)
    assert entries(message) == ["not_decrypted"]


@pytest.mark.parametrize("state", [state for state in S if state != S.WAITING])
def test_message_that_does_not_wait_is_left_alone(state):
    message = Message(state=state)
    before = list(ContactMessage.objects.values())
    decrypting.decrypt_message(message.pk)
    assert (list(ContactMessage.objects.values()), entries(message)) == (before, [])


def test_message_that_is_gone_is_no_fault():
    decrypting.decrypt_message(4711)


def test_sweep_finds_what_waits(woken):
    old = waiting(bytes(65), state_changed_at=timezone.now() - timedelta(seconds=6))
    waiting(bytes(65))
    for state in (S.UNREADABLE, S.OPEN, S.DONE):
        Message(state=state, state_changed_at=timezone.now() - timedelta(days=1))
    decrypting.sweep()
    assert woken == [("mct.decrypt_message", old.pk)]
