"""Counts as they may leave a region.

Under 5, none included, they are hidden; from 5 on they are rounded to tens, totals too, each for itself. A hidden count cannot be
found out as what is missing to a total: what is shown as 10 is from 5 to 14, so the least that a total can be is odd and the most
that its parts can sum up to is even, and where these never meet, each hidden part can be one of at least two numbers.
"""

from dataclasses import dataclass

FEW = 5
_STEP = 10


@dataclass(frozen=True)
class Number:
    """``value``: what may be shown; None for a few."""

    value: int | None

    def __str__(self) -> str:
        return f"<{FEW}" if self.value is None else str(self.value)

    @property
    def drawn(self) -> int:
        """How long its bar is: of a few, nothing is drawn."""
        return self.value or 0


def exact(count: int) -> Number:
    return Number(count)


def guarded(count: int) -> Number:
    return Number(None) if count < FEW else Number((count + FEW) // _STEP * _STEP)


def share(part: int, whole: int, *, is_guarded: bool) -> int | None:
    """Per cent; None where there is nothing to compare, or too little to say it of what may leave a region."""
    if not is_guarded:
        return round(100 * part / whole) if whole else None
    shown, base = guarded(part).value, guarded(whole).value
    return min(100, round(100 * shown / base)) if shown is not None and base else None
