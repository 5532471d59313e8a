"""How often something may be done, counted in the shared cache, so that all processes count together."""

import time
from datetime import datetime

from django.core.cache import cache, caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.utils.crypto import salted_hmac

# For how long a cache keeps a number that is counted up, whatever was said when it was put there.
KEPT_AT_LEAST = 300


def seconds_to_wait(name: str, *, limit: int, window: int) -> int:
    """Count one more of ``name``: 0 if it is among the ``limit`` of this window, else the seconds until the next one starts.

    ``window``: seconds. Windows are fixed: one ends when the clock passes a multiple of its length.
    """
    now = time.time()
    number, passed = divmod(int(now), window)
    key = f"limit:{number}:{hidden(name)}"
    try:
        count = cache.incr(key)
    except ValueError:
        # Of two who are first at the same moment, one adds and both count.
        cache.add(key, 0, timeout=window + 1)
        count = cache.incr(key)
    if window >= KEPT_AT_LEAST:
        cache.touch(key, window + 1)
    return 0 if count <= limit else window - passed


def give_back(name: str, *, window: int) -> None:
    """Count one less of ``name``: what was counted turned out not to be what is limited."""
    key = f"limit:{int(time.time()) // window}:{hidden(name)}"
    try:
        cache.decr(key)
    except ValueError:
        # Its window is over meanwhile, and forgotten.
        return
    if window >= KEPT_AT_LEAST:
        cache.touch(key, window + 1)


def hidden(name: str) -> str:
    """A name as the cache may hold it: who did something, or from where, is nobody's to read there."""
    return salted_hmac("clea_portal.limits", name, algorithm="sha256").hexdigest()[:32]


def purge(*, now: datetime) -> int:
    """Delete what a cache in the database no longer answers with, which it would keep until it is full; how many rows."""
    shared = caches["default"]
    if not isinstance(shared, DatabaseCache):
        return 0
    table = connection.ops.quote_name(shared._table)  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        moment = connection.ops.adapt_datetimefield_value(now.replace(microsecond=0))
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [moment])  # noqa: S608 - the name comes from the settings
        return int(cursor.rowcount)
