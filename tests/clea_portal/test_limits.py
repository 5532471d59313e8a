import time
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from clea_portal import settings as ours
from clea_portal.limits import give_back, purge, seconds_to_wait

DAY = 24 * 3600


@pytest.fixture
def database_cache(db, settings):
    """The one that an installation without Redis has."""
    settings.CACHES = {"default": ours.DATABASE_CACHE}
    call_command("createcachetable", verbosity=0)
    cache.clear()


def kept():
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, expires FROM shared_cache")
        return cursor.fetchall()


@pytest.mark.parametrize("window", [60, DAY])
def test_window_ends_with_the_clock(monkeypatch, window):
    monkeypatch.setattr(time, "time", lambda: 10 * DAY + 7.5)
    assert [seconds_to_wait("a", limit=2, window=window) for _ in range(3)] == [0, 0, window - 7]
    assert seconds_to_wait("b", limit=2, window=window) == 0
    monkeypatch.setattr(time, "time", lambda: 10 * DAY + window + 0.5)
    assert seconds_to_wait("a", limit=2, window=window) == 0


def test_count_of_a_day_is_kept_for_a_day(database_cache):
    """A cache in the database forgets, when it counts up, for how long it was to keep a number."""
    for _ in range(2):
        seconds_to_wait("a", limit=2, window=DAY)
    ((_key, expires),) = kept()
    still = (timezone.now() + timedelta(seconds=DAY - 60)).isoformat(" ")
    assert str(expires) > still[:19]


def test_what_is_given_back_was_not_counted(database_cache):
    for _ in range(3):
        assert seconds_to_wait("a", limit=1, window=DAY) == 0
        give_back("a", window=DAY)
    assert seconds_to_wait("a", limit=1, window=DAY) == 0
    assert seconds_to_wait("a", limit=1, window=DAY) > 0
    give_back("b", window=DAY)


def test_what_is_given_back_is_kept_as_long_as_before(database_cache):
    seconds_to_wait("a", limit=1, window=DAY)
    give_back("a", window=DAY)
    ((_key, expires),) = kept()
    assert str(expires) > (timezone.now() + timedelta(seconds=DAY - 60)).isoformat(" ")[:19]


def test_cache_does_not_say_whom_it_counts(database_cache):
    seconds_to_wait("unknown-display:192.0.2.7", limit=2, window=60)
    assert [key for key, _expires in kept() if "192" in key or "display" in key] == []


def test_counts_are_not_pushed_out_by_others(database_cache):
    """The usual 300 entries would be a way round every limit: count something else 300 times."""
    seconds_to_wait("a", limit=1, window=60)
    for number in range(400):
        cache.set(f"other{number}", True)
    assert len(kept()) == 401


def test_what_is_past_is_deleted(database_cache):
    seconds_to_wait("a", limit=1, window=60)
    seconds_to_wait("b", limit=1, window=DAY)
    assert purge(now=timezone.now()) == 0
    assert purge(now=timezone.now() + timedelta(hours=1)) == 1
    assert len(kept()) == 1


def test_other_caches_forget_by_themselves():
    assert purge(now=timezone.now()) == 0
    assert "clea_portal.limits.purge" in configured.PURGES
