"""A moment as people say it: a day and a time in the zone of the place."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from events.local_times import YEARS, SkippedTime, moment_of

_FORMS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")


class LocalMomentField(forms.Field):
    """An aware moment, typed and shown in the active time zone. ``later``: see `local_times.moment_of`."""

    widget = forms.DateTimeInput({"type": "datetime-local", "step": 60}, format="%Y-%m-%dT%H:%M")

    def __init__(self, *, later: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.later = later

    def prepare_value(self, value: Any) -> Any:
        return timezone.make_naive(value) if isinstance(value, datetime) and timezone.is_aware(value) else value

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        local = _parse(str(value).strip())
        try:
            return moment_of(local, ZoneInfo(timezone.get_current_timezone_name()), later=self.later)
        except SkippedTime as error:
            raise ValidationError(
                _("The clocks skip this time: they go forward that night. Give an hour earlier or later.")
            ) from error


def _parse(text: str) -> datetime:
    for form in _FORMS:
        try:
            naive = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the active one, added by the caller
        except ValueError:
            continue
        if naive.year in YEARS:
            return naive.replace(second=0)
    raise ValidationError(_("Give a day and a time, for instance 2026-06-20 15:00."))
