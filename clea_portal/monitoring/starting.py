"""Whether this process has run for long enough to know that something is missing, and not only late after a start."""

from datetime import datetime, timedelta

_started: datetime | None = None


def note_start(now: datetime | None) -> None:
    """By a web process when it begins. Commands do not: they are always new, and know nothing of what runs beside them."""
    global _started  # noqa: PLW0603 - one process starts once
    _started = now


def is_starting(*, last: datetime | None, now: datetime, due: timedelta) -> bool:
    """Whether what was ``last`` seen before this process began may still show itself; ``due``: within which time it does."""
    return _started is not None and now - _started < due and (last is None or last < _started)
