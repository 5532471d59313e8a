"""Which hours a declaration flags, and the smallest set of calls that flags a span. Pure: no clock, no network."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class ExposureRule:
    """How a server widens one declared instant, which is why a span may need several calls.

    The instant ``t`` flags the slots ``k - slots_before`` to ``k + slots_after``, where ``k = floor(t / slot_seconds)`` counts
    slots of ``slot_seconds`` since the Unix epoch, so the grid is UTC's. (CLEA protocol, manual declaration.)
    """

    slot_seconds: int
    slots_before: int
    slots_after: int

    def __post_init__(self) -> None:
        if self.slot_seconds <= 0 or self.slot_seconds % 60:
            raise ValueError("A slot is a positive number of whole minutes.")
        if self.slots_before < 0 or self.slots_after < 0:
            raise ValueError("The slots before and after an instant cannot be negative.")

    def flagged(self, instant: datetime) -> Span:
        """The hours, ``[start, end)`` in UTC, that a declaration of this instant flags."""
        slot = _seconds(instant) // self.slot_seconds
        return (
            _moment((slot - self.slots_before) * self.slot_seconds),
            _moment((slot + self.slots_after + 1) * self.slot_seconds),
        )


@dataclass(frozen=True)
class Call:
    """One call to a server: the hours ``[start, end)`` that it flags, and the instant that the ``form`` driver declares."""

    instant: datetime | None
    start: datetime
    end: datetime


def plan_form_calls(
    *,
    start: datetime,
    end: datetime,
    rule: ExposureRule,
    covered: Sequence[Span] = (),
    latest: datetime | None = None,
) -> list[Call]:
    """The smallest set of calls that flags ``[start, end)`` except what is ``covered`` already, in order of time.

    Every instant lies inside ``[start, end)`` and not after ``latest`` (the present: servers refuse the future), on the first
    whole minute of its slot that does, since the form carries minutes; only where no whole minute does, on the minute before.
    What lies too far after ``latest`` is left out: ``uncovered`` tells what, and a later plan adds it.
    Raises ValueError for a moment without time zone or an end that is not after the start.
    """
    remaining = uncovered(start=start, end=end, covered=covered)
    size = rule.slot_seconds
    first, last = _seconds(start), _ceil(end) - 1
    if latest is not None:
        last = min(last, _seconds(latest))
    if last < first:
        return []
    calls: list[Call] = []
    flagged_until: int | None = None  # first slot after those of the last call
    for slot in _slots(remaining, size):
        if flagged_until is not None and slot < flagged_until:
            continue
        # The call that reaches furthest among those that flag this slot: no other choice can leave less to do.
        chosen = min(slot + rule.slots_before, last // size)
        if chosen + rule.slots_after < slot:
            break
        instant = _whole_minute(max(chosen * size, first), min(chosen * size + size - 1, last))
        calls.append(Call(instant, *rule.flagged(instant)))
        flagged_until = chosen + rule.slots_after + 1
    return calls


def uncovered(*, start: datetime, end: datetime, covered: Iterable[Span]) -> list[Span]:
    """The parts of ``[start, end)`` that no covered span holds, in order. Raises ValueError as ``plan_form_calls`` does."""
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("A moment needs its time zone.")
    if end <= start:
        raise ValueError("A span ends after it starts.")
    remaining = []
    position = start
    for covered_start, covered_end in sorted(covered):
        if covered_start > position:
            remaining.append((position, min(covered_start, end)))
        position = max(position, covered_end)
        if position >= end:
            return remaining
    return [*remaining, (position, end)]


def _slots(spans: Iterable[Span], size: int) -> Iterable[int]:
    for start, end in spans:
        yield from range(_seconds(start) // size, (_ceil(end) - 1) // size + 1)


def _whole_minute(first: int, last: int) -> datetime:
    minute = -(-first // 60) * 60
    return _moment(minute if minute <= last else last // 60 * 60)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp() // 1)


def _ceil(moment: datetime) -> int:
    return -int(-moment.timestamp() // 1)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
