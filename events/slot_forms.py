from datetime import date, timedelta
from typing import Any

from crispy_forms.bootstrap import InlineCheckboxes
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.codes.checking import checked_name
from clea_portal.codes.models import NAME_LIMIT
from clea_portal.posters.names import clean_line
from events.checking import MOST_AHEAD, check_times
from events.duplicating import proposed_day
from events.fields import LocalMomentField
from events.local_times import YEARS
from events.models import Event, Slot
from events.slot_lines import TEXT_LIMIT, repeat_lines

MOST_DAYS = 366
_TIMES_LIMIT = 10_000


class _Form(forms.Form):
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class DayField(forms.DateField):
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and day.year not in YEARS:
            raise ValidationError(_("Is the year right?"))
        return day


class SlotLinesForm(_Form):
    """The list of slots as it is pasted; `slot_lines.understand_slots` says what it means."""

    lines = forms.CharField(
        label=gettext_lazy("Slots"),
        help_text=gettext_lazy(
            "One on each line: day, start, end and name, like 2026-06-20 15:00-17:00 Les Enfants du paradis. The name may be "
            "left out. You can paste the columns of a table."
        ),
        max_length=TEXT_LIMIT,
        strip=False,
        widget=forms.Textarea({"rows": 8, "dir": "auto", "autocomplete": "off", "spellcheck": "false"}),
    )


class RepeatForm(_Form):
    """The same times on many days. Fills the list, in which single lines can still be changed."""

    first_day = DayField(label=gettext_lazy("First day"))
    last_day = DayField(label=gettext_lazy("Last day"))
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On"),
        choices=[(number, name) for number, name in WEEKDAYS.items()],
        coerce=int,
        initial=list(WEEKDAYS),
        widget=forms.CheckboxSelectMultiple,
    )
    times = forms.CharField(
        label=gettext_lazy("Times on each day"),
        help_text=gettext_lazy("One on each line: start, end and name, like 15:00-17:00 Matinée."),
        max_length=_TIMES_LIMIT,
        widget=forms.Textarea({"rows": 3, "dir": "auto", "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = Row(Column("first_day", css_class="col-sm-6"), Column("last_day", css_class="col-sm-6"))
        self.helper.layout = Layout(days, InlineCheckboxes("weekdays"), "times")

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("first_day"), self.cleaned_data.get("last_day")
        weekdays, times = self.cleaned_data.get("weekdays"), self.cleaned_data.get("times")
        if first is None or last is None:
            return self.cleaned_data
        if last < first:
            self.add_error("last_day", _("The last day is before the first one."))
        elif (last - first).days >= MOST_DAYS:
            self.add_error("last_day", _("Choose at most %(days)s days at a time.") % {"days": MOST_DAYS})
        elif weekdays and times:
            days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
            try:
                self.cleaned_data["lines"] = repeat_lines(times, days=[day for day in days if day.weekday() in weekdays])
            except ValidationError as error:
                self.add_error("times", error)
        return self.cleaned_data


class SlotForm(_Form):
    """To be made, validated and rendered while the event's time zone is active."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=NAME_LIMIT,
        widget=forms.TextInput({"dir": "auto", "autocomplete": "off"}),
    )
    start = LocalMomentField(label=gettext_lazy("Start"))
    end = LocalMomentField(label=gettext_lazy("End"), later=True)

    def __init__(self, *args: Any, slot: Slot, **kwargs: Any) -> None:
        super().__init__(*args, initial={"name": slot.name, "start": slot.start, "end": slot.end}, **kwargs)
        self.slot = slot
        times = Row(Column("start", css_class="col-sm-6"), Column("end", css_class="col-sm-6"))
        self.helper.layout = Layout("name", times)
        self.fields["start"].help_text = _("Local times of the place: %(zone)s.") % {"zone": slot.event.time_zone}

    def clean_name(self) -> str:
        return clean_line(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start and end:
            kept = (start, end) == (self.slot.start, self.slot.end)
            try:
                check_times(start=start, end=end, now=timezone.now(), kept=kept)
            except ValidationError as error:
                self.add_error(None, error)
        return self.cleaned_data


class DuplicateForm(_Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        widget=forms.Textarea({"rows": 2, "maxlength": NAME_LIMIT, "dir": "auto", "autocomplete": "off"}),
        strip=False,
    )
    first_day = DayField(label=gettext_lazy("First day"))

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        today = timezone.now().astimezone(event.zone).date()
        initial = {"name": event.name, "first_day": proposed_day(event, today=today)}
        super().__init__(*args, initial=initial, **kwargs)
        self.today = today

    def clean_name(self) -> str:
        return checked_name(self.cleaned_data["name"])

    def clean_first_day(self) -> date:
        day: date = self.cleaned_data["first_day"]
        if day > self.today + MOST_AHEAD:
            raise ValidationError(_("This is more than three years away. Is the year right?"))
        return day
