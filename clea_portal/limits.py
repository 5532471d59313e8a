"""How often something may be done, counted in the shared cache, so that all processes count together."""

import time

from django.core.cache import cache


def seconds_to_wait(name: str, *, limit: int, window: int) -> int:
    """Count one more of ``name``: 0 if it is among the ``limit`` of this window, else the seconds until the next one starts.

    ``window``: seconds. Windows are fixed: one ends when the clock passes a multiple of its length.
    """
    now = time.time()
    number, passed = divmod(int(now), window)
    key = f"limit:{name}:{number}"
    try:
        count = cache.incr(key)
    except ValueError:
        # Of two who are first at the same moment, one adds and both count.
        cache.add(key, 0, timeout=window + 1)
        count = cache.incr(key)
    return 0 if count <= limit else window - passed
