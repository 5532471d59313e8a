"""Which times an event or one of its slots may have."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clea_portal.codes.periods import MAX_PERIOD_HOURS
from events.timing import EventTooLong, period_of

MOST_AHEAD = timedelta(days=3 * 365)


def check_times(*, start: datetime, end: datetime, now: datetime, kept: bool = False) -> None:
    """Raises ValidationError for ``start`` and ``end``. ``kept``: these times stood before, so they may be past."""
    errors: dict[str, list[str]] = {"start": [], "end": []}
    if end <= start:
        raise ValidationError({"end": [_("The end must be after the start.")]})
    if start > now + MOST_AHEAD:
        errors["start"].append(_("This is more than three years away. Is the year right?"))
    if end <= now and not kept:
        errors["end"].append(_("This event is already over. Is the day right?"))
    try:
        period_of(start=start, end=end)
    except EventTooLong:
        errors["end"].append(
            _(
                "This event is too long for one code, which covers at most %(hours)s hours (ten and a half days) with the "
                "hour before the start. Make one event for each week, or a venue if the place is permanent."
            )
            % {"hours": MAX_PERIOD_HOURS}
        )
    if any(errors.values()):
        raise ValidationError({name: sentences for name, sentences in errors.items() if sentences})
