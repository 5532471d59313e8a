"""Which times an event or one of its slots may have."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clea_portal.codes.periods import MAX_PERIOD_HOURS
from events.timing import fits_one_period

MOST_AHEAD = timedelta(days=3 * 365)


LONGEST = timedelta(days=366)


def check_times(*, start: datetime, end: datetime, now: datetime, kept: bool = False, divisible: bool = False) -> None:
    """Raises ValidationError for ``start`` and ``end``.

    ``kept``: these times stood before, so they may be past. ``divisible``: of an event that may be divided into slots.
    """
    if end <= start:
        raise ValidationError({"end": [_("The end must be after the start.")]})
    errors: dict[str, list[str]] = {}
    if start > now + MOST_AHEAD:
        errors["start"] = [_("This is more than three years away. Is the year right?")]
    if end <= now and not kept:
        errors["end"] = [_("This event is already over. Is the day right?")]
    elif divisible and end - start > LONGEST:
        errors["end"] = [
            _("This event lasts longer than %(days)s days. Make a venue if the place is permanent.") % {"days": LONGEST.days}
        ]
    elif not divisible and not fits_one_period(start=start, end=end):
        errors["end"] = [
            _(
                "This is too long for one code, which covers at most %(hours)s hours (ten and a half days) with the hour before "
                "the start. Divide it into slots, each with codes of its own, or make a venue if the place is permanent."
            )
            % {"hours": MAX_PERIOD_HOURS}
        ]
    if errors:
        raise ValidationError(errors)
