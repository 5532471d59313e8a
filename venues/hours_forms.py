"""Forms for opening hours, and for when codes change."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from clea_portal.authorities.time_zones import zone_choices
from venues.hours import open_during, when_open
from venues.models import DerivationProfile, Rotation, Venue
from venues.opening_hours import (
    MOST_SPANS_A_DAY,
    BadHours,
    Overlapping,
    Span,
    TooManySpans,
    parse_day,
    propose_hours,
    quietest_hour,
    real_times,
    spans_of,
    write_day,
)
from venues.rotations import MOST_DAYS_A_PERIOD, Coming

HOURS = [f"{hour:02}:00" for hour in range(24)]


class OpeningHoursForm(forms.Form):
    """A line of text a weekday: quicker to fill in on a phone than fourteen pairs of clocks."""

    use_required_attribute = False
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone of the place"))

    def __init__(self, *args: Any, venue: Venue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = zone_choices(venue.country)  # type: ignore[attr-defined]
        self.spans: list[Span] = []
        stored = spans_of(venue.opening_hours)
        self.initial = {
            "time_zone": venue.time_zone,
            **{f"day_{day}": write_day(span for span in stored if span.day == day) for day in range(7)},
            **self.initial,
        }
        for day in range(7):
            self.fields[f"day_{day}"] = forms.CharField(
                label=str(WEEKDAYS[day]).capitalize(),
                required=False,
                max_length=120,
                widget=forms.TextInput({"autocomplete": "off", "placeholder": pgettext("opening hours", "closed")}),
            )
        self.helper = FormHelper()
        self.helper.form_tag = False

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[f"day_{day}"] for day in range(7)]

    def clean(self) -> dict[str, Any]:
        for day in range(7):
            name = f"day_{day}"
            if name not in self.cleaned_data:
                continue
            try:
                self.spans += parse_day(day, self.cleaned_data[name])
            except Overlapping:
                self.add_error(name, _("These times overlap. Write each time at which the place is open once."))
            except TooManySpans:
                self.add_error(name, _("At most %(number)s times a day.") % {"number": MOST_SPANS_A_DAY})
            except BadHours:
                self.add_error(name, _("Write it like 12:00–14:30, 19:00–02:00; leave it empty when the place is closed."))
        return self.cleaned_data


class RotationForm(forms.Form):
    """When codes of days, displays and devices change. What needs a decision is asked when it comes up."""

    use_required_attribute = False
    hours = forms.MultipleChoiceField(
        label=gettext_lazy("The codes change at"),
        choices=[(hour, hour) for hour in HOURS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one hour.")},
    )
    days_per_period = forms.IntegerField(
        label=gettext_lazy("One code counts for how many days?"),
        min_value=1,
        max_value=MOST_DAYS_A_PERIOD,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )
    cri_exp = forms.TypedChoiceField(label=gettext_lazy("Displays show a new picture of the code every"), coerce=int)
    profile = forms.ChoiceField(
        label=gettext_lazy("How devices compute codes"),
        choices=DerivationProfile.choices,
        help_text=gettext_lazy("Change it only if the maker of your device says so."),
    )
    new_secret = forms.BooleanField(
        label=gettext_lazy("Start with a new secret key, because somebody else may know the old one"), required=False
    )
    despite_open = forms.BooleanField(label=gettext_lazy("Change the codes at this hour all the same"), required=False)
    coming = forms.TypedChoiceField(
        label=gettext_lazy("What about the codes that are already made?"),
        required=False,
        coerce=Coming,
        empty_value=Coming.REFUSE,
        choices=[
            (Coming.KEEP, gettext_lazy("Keep them: change after the last of these days")),
            (
                Coming.REPLACE,
                gettext_lazy("Replace them: change at the next renewal. What is printed of them must be thrown away"),
            ),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, venue: Venue, rotation: Rotation | None, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.venue, self.now = venue, now
        self.spans = spans_of(venue.opening_hours)
        self.proposed = propose_hours(self.spans)
        self.asks_despite_open = self.asks_coming = False
        self.fields["cri_exp"].choices = [(exponent, span_in_words(1 << exponent)) for exponent in range(4, 18)]  # type: ignore[attr-defined]
        self.initial = {
            "hours": rotation.renewal_hours if rotation else [self.proposed[0] if self.proposed else quietest_hour(self.spans)],
            "days_per_period": rotation.days_per_period if rotation else 1,
            "cri_exp": rotation.cri_exp if rotation else 10,
            "profile": rotation.profile if rotation else DerivationProfile.SPECIFICATION,
            **self.initial,
        }
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    @property
    def hour_choices(self) -> list[dict[str, Any]]:
        """The 24 hours, with what is known of each."""
        chosen = self["hours"].value() or []
        return [
            {
                "value": hour,
                "checked": hour in chosen,
                "open": bool(open_during(self.spans, hour, self.venue.zone, now=self.now)),
                "real": [time for time in real_times(hour, self.venue.zone, at=self.now) if time != hour],
            }
            for hour in HOURS
        ]

    @property
    def never_closed(self) -> bool:
        """Whether there is no hour at which the place is closed on all days."""
        return bool(self.spans) and not self.proposed

    def clean(self) -> dict[str, Any]:
        hours: Sequence[str] = self.cleaned_data.get("hours", [])
        if len(hours) > 1 and self.cleaned_data.get("days_per_period", 1) > 1:
            self.add_error("days_per_period", _("A code for several days changes at one hour: choose one hour, or one day."))
        for hour in hours:
            if spans := open_during(self.spans, hour, self.venue.zone, now=self.now):
                self.asks_despite_open = True
                if not self.cleaned_data.get("despite_open"):
                    self.add_error("hours", _open_sentence(hour, spans))
        return self.cleaned_data

    def ask_about_codes_ahead(self, *, number: int, until: str) -> None:
        """The form comes back with a question more: codes of coming days would no longer agree."""
        self.asks_coming = True
        self.add_error(
            "coming",
            ngettext(
                "%(number)s code is made until %(until)s. With other hours it would no longer agree with the displays.",
                "%(number)s codes are made until %(until)s. With other hours they would no longer agree with the displays.",
                number,
            )
            % {"number": number, "until": until},
        )


def span_in_words(seconds: int) -> str:
    """Of one renewal of a display's code: ``17 minutes`` for 1024 seconds."""
    if seconds < 60:
        return ngettext("%(number)s second", "%(number)s seconds", seconds) % {"number": seconds}
    if seconds < 2 * 3600:
        minutes = round(seconds / 60)
        return ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": minutes}
    hours = round(seconds / 3600)
    return ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": hours}


def _open_sentence(hour: str, spans: Sequence[Span]) -> ValidationError:
    return ValidationError(
        _(
            "At %(hour)s the place is open: %(when)s. Guests of one evening would have two different codes, and a warning "
            "would reach only some of them. Choose an hour at which it is closed."
        )
        % {"hour": hour, "when": when_open(spans)}
    )
