"""A moment as people say it: a day and a time in the zone of the place."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

_FORMS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")
# Protocol times have 32 bits, which end in February 2036.
_YEARS = range(2000, 2036)


class LocalMomentField(forms.Field):
    """An aware moment, typed and shown in the active time zone.

    Of the two moments that a wall clock calls the same when the clocks go back, the earlier one, or with ``later`` the later one:
    a start and an end so read never lose an hour of the event.
    """

    widget = forms.DateTimeInput({"type": "datetime-local", "step": 60}, format="%Y-%m-%dT%H:%M")

    def __init__(self, *, later: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.later = later

    def prepare_value(self, value: Any) -> Any:
        return timezone.make_naive(value) if isinstance(value, datetime) and timezone.is_aware(value) else value

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        naive = _parse(str(value).strip())
        moment = naive.replace(tzinfo=timezone.get_current_timezone(), fold=int(self.later))
        if timezone.make_naive(moment.astimezone(UTC)) != naive:
            raise ValidationError(_("The clocks skip this time: they go forward that night. Give an hour earlier or later."))
        return moment.astimezone(UTC)


def _parse(text: str) -> datetime:
    for form in _FORMS:
        try:
            naive = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the active one, added by the caller
        except ValueError:
            continue
        if naive.year in _YEARS:
            return naive.replace(second=0)
    raise ValidationError(_("Give a day and a time, for instance 2026-06-20 15:00."))
