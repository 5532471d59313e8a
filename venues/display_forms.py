"""The forms of displays."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy, ngettext

from venues.display_words import LANGUAGES
from venues.displays import DisplayDetails
from venues.models import Display, Venue, VenueRoom

NAME_LIMIT = 60
MINUTE, HOUR = 60, 3600


def span(seconds: int) -> str:
    """How long, as people say it: to the second below two minutes, to the minute below two hours."""
    if seconds < 2 * MINUTE:
        return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    if seconds < 2 * HOUR:
        minutes = round(seconds / MINUTE)
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    hours = round(seconds / HOUR)
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}


class DisplayForm(forms.Form):
    """``display``: the one to change; its room and whether it is for staff stay as they are."""

    use_required_attribute = False

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=NAME_LIMIT,
        widget=forms.TextInput({"autocomplete": "off", "dir": "auto"}),
        help_text=gettext_lazy("For you, to tell it from the others: “Tablet at the bar”. Visitors do not see it."),
    )
    room = forms.ModelChoiceField(
        label=gettext_lazy("Room"), queryset=VenueRoom.objects.none(), required=False, empty_label=gettext_lazy("The whole place")
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), help_text=gettext_lazy("In which it speaks to visitors."))
    hours_ahead = forms.IntegerField(
        label=gettext_lazy("Hours without network"),
        min_value=1,
        max_value=72,
        initial=12,
        help_text=gettext_lazy(
            "It fetches the codes of these hours ahead, and goes on showing them when the network is down. From 1 to 72."
        ),
    )
    staff = forms.BooleanField(
        label=gettext_lazy("It shows the code for staff"),
        required=False,
        help_text=gettext_lazy("For a room that visitors do not enter: who scans it is taken for staff. The screen says so."),
    )

    def __init__(self, *args: Any, venue: Venue, display: Display | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.display = display
        offered = set(venue.country.languages) | ({display.language} if display else set())
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            (code, name) for code, name in LANGUAGES.items() if code in offered
        ]
        rooms = VenueRoom.objects.in_use().filter(venue=venue)
        if display is not None or not rooms:
            del self.fields["room"]
        else:
            self.fields["room"].queryset = rooms  # type: ignore[attr-defined]
        if display is not None:
            del self.fields["staff"]
            kept = {name: getattr(display, name) for name in ("name", "language", "hours_ahead")}
            self.initial = {**kept, **self.initial}
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        present = [name for name in ("name", "room") if name in self.fields]
        times = Row(Column("language", css_class="col-sm-6"), Column("hours_ahead", css_class="col-sm-6"))
        self.helper.layout = Layout(*present, times, *(["staff"] if "staff" in self.fields else []))

    def details(self) -> DisplayDetails:
        entered = self.cleaned_data
        kept = self.display
        return DisplayDetails(
            name=" ".join(entered["name"].split()),
            room=kept.room if kept else entered.get("room"),
            staff=kept.staff if kept else entered["staff"],
            hours_ahead=entered["hours_ahead"],
            language=entered["language"],
        )
