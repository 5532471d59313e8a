from datetime import timedelta

import pytest
from django.utils import timezone

from clea_portal.authorities.envelopes import OVERHEAD, Unopenable, seal, unseal
from clea_portal.authorities.keys import NoKey, tracing_key
from clea_portal.authorities.models import Country, TracingKey
from clea_portal.protocol.keys import generate_private_key, private_key_hex, public_key_hex
from tests.factories import TracingKeyFactory

pytestmark = pytest.mark.django_db
CONTENT = b"Jeanne Dupont, 06 12 34 56 78, 12:10" * 40


@pytest.fixture
def key():
    return TracingKeyFactory()


def newer(key, *, days_ago):
    pair = generate_private_key()
    return TracingKey.objects.create(
        authority=key.authority,
        public_key=public_key_hex(pair.public_key()),
        private_key=private_key_hex(pair),
        valid_from=timezone.now() - timedelta(days=days_ago),
    )


@pytest.mark.parametrize("content", [b"", b"x", CONTENT])
def test_what_was_sealed_comes_back(key, content):
    envelope = seal(content, key=key, belongs_to=b"page")
    assert (len(envelope), unseal(envelope, key=key, belongs_to=b"page")) == (len(content) + OVERHEAD, content)


def test_nothing_of_it_can_be_read_and_no_two_are_alike(key):
    first, second = (seal(CONTENT, key=key, belongs_to=b"page") for _ in range(2))
    assert b"Dupont" not in first
    assert not {first[index : index + 16] for index in range(1, len(first) - 16)} & {
        second[index : index + 16] for index in range(1, len(second) - 16)
    }


def test_sealing_needs_no_private_key(key):
    public = TracingKey.objects.defer("private_key").get()
    envelope = seal(CONTENT, key=public, belongs_to=b"page")
    assert public.get_deferred_fields() == {"private_key"}
    assert unseal(envelope, key=key, belongs_to=b"page") == CONTENT


def test_every_changed_byte_is_noticed(key):
    envelope = seal(b"short", key=key, belongs_to=b"page")
    for index in range(len(envelope)):
        changed = bytearray(envelope)
        changed[index] ^= 1
        with pytest.raises(Unopenable):
            unseal(bytes(changed), key=key, belongs_to=b"page")


def test_another_place_another_generation_and_something_cut_off(key):
    envelope, other = seal(CONTENT, key=key, belongs_to=b"page"), newer(key, days_ago=1)
    for bad in (
        lambda: unseal(envelope, key=key, belongs_to=b"other"),
        lambda: unseal(envelope, key=other, belongs_to=b"page"),
        lambda: unseal(envelope[: OVERHEAD - 1], key=key, belongs_to=b"page"),
        lambda: unseal(b"", key=key, belongs_to=b"page"),
    ):
        with pytest.raises(Unopenable):
            bad()


def test_newest_generation_that_counts_seals(key):
    second = newer(key, days_ago=1)
    newer(key, days_ago=-1)
    country, now = key.authority.country, timezone.now()
    assert tracing_key(country, at=now) == second
    assert tracing_key(country, at=now - timedelta(days=2)) == key


def test_without_a_key_or_without_contact_tracing_nothing_is_sealed(key):
    country = key.authority.country
    with pytest.raises(NoKey):
        tracing_key(country, at=timezone.now() - timedelta(days=400))
    Country.objects.update(deployment=3)
    country.refresh_from_db()
    with pytest.raises(NoKey):
        tracing_key(country, at=timezone.now())
