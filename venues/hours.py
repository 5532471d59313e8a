"""A venue's opening hours, and what they say of the hours at which its codes change."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from clea_portal.accounts.models import User
from clea_portal.audit.trail import record_act
from venues.models import Venue
from venues.opening_hours import Span, open_at, real_times, write_day


@transaction.atomic
def set_opening_hours(venue: Venue, *, time_zone: str, spans: Iterable[Span], by: User) -> None:
    """Rotations that are in force keep their zone and hours: only people can say whether codes on the wall should change."""
    hours = [{"day": span.day, "open": span.open, "close": span.close} for span in spans]
    if (venue.time_zone, venue.opening_hours) == (time_zone, hours):
        return
    venue.time_zone, venue.opening_hours = time_zone, hours
    venue.save(update_fields=["time_zone", "opening_hours"])
    record_act(actor=by, verb="hours_set", on=venue)


def open_during(spans: Sequence[Span], hour: str, zone: ZoneInfo, *, now: datetime) -> list[Span]:
    """The spans that a change of codes at a local hour would cut in two, with the real times of zones off the round hours."""
    times = real_times(hour, zone, at=now)
    return list({(span.day, span.open): span for time in times for span in open_at(spans, time)}.values())


def when_open(spans: Iterable[Span]) -> str:
    """In words: ``Tuesday to Thursday 19:00–23:00; Friday 23:00–07:00``; a week of the same hours is said once."""
    runs: list[tuple[int, int, str]] = []
    for number, day in groupby(sorted(spans, key=lambda span: span.start), key=lambda span: span.day):
        hours = write_day(day)
        if runs and runs[-1][1:] == (number - 1, hours):
            runs[-1] = (runs[-1][0], number, hours)
        else:
            runs.append((number, number, hours))
    # French sets a space before it, where no line may end.
    return _("; ").join(_run_in_words(*run) for run in runs)


def _run_in_words(first: int, last: int, hours: str) -> str:
    if (first, last) == (0, 6):
        return _("every day %(hours)s") % {"hours": hours}
    if first == last:
        return f"{WEEKDAYS[first]} {hours}"
    return _("%(first)s to %(last)s %(hours)s") % {"first": WEEKDAYS[first], "last": WEEKDAYS[last], "hours": hours}
