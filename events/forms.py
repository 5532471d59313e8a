from typing import Any

from crispy_forms.layout import Column, Fieldset, Row
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.authorities.time_zones import zone_choices
from clea_portal.codes.forms import PlaceForm
from events.checking import check_times
from events.fields import LocalMomentField
from events.models import Event
from events.planning import Schedule


class EventForm(PlaceForm):
    """To be made, validated and rendered while ``time_zone`` is active: the event's, or the chosen one (codes.entry.zone_sent).

    The zone can be chosen only where the country has several.
    """

    field_order = ("organisation", "name", "start", "end")
    start = LocalMomentField(label=gettext_lazy("Start"))
    end = LocalMomentField(label=gettext_lazy("End"), later=True)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone of the place"), help_text=gettext_lazy("Start and end are hours of this zone.")
    )

    def __init__(self, *args: Any, time_zone: str, **kwargs: Any) -> None:
        self.zone_name = time_zone
        super().__init__(*args, **kwargs)

    def schedule(self) -> Schedule:
        """The times that were entered, once the form is valid."""
        return Schedule(start=self.cleaned_data["start"], end=self.cleaned_data["end"], time_zone=self.zone_name)

    def clean(self) -> dict[str, Any]:
        super().clean()
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start and end:
            self._check_times(start, end)
        return self.cleaned_data

    def _check_times(self, start: Any, end: Any) -> None:
        event = self.place if isinstance(self.place, Event) else None
        kept = event is not None and (start, end) == (event.start, event.end)
        # Codes for the whole of it stand in the way: it has to be divided first.
        divisible = event is None or not event.codes.current().filter(slot=None).exists()
        try:
            check_times(start=start, end=end, now=timezone.now(), kept=kept, divisible=divisible)
        except ValidationError as error:
            self.add_error(None, error)
        if event is not None:
            self._check_slots(event, start, end)

    def _check_slots(self, event: Event, start: Any, end: Any) -> None:
        times = event.slots.in_use().aggregate(first=Min("start"), last=Max("end"))
        if times["first"] and start > times["first"]:
            self.add_error("start", _("A slot begins before this. Change or remove the slot first."))
        if times["last"] and end < times["last"]:
            self.add_error("end", _("A slot ends after this. Change or remove the slot first."))

    def _initial(self) -> dict[str, Any]:
        times = {"start": self.place.start, "end": self.place.end} if isinstance(self.place, Event) else {}
        return super()._initial() | times | {"time_zone": self.zone_name}

    def _offer_choices(self) -> None:
        super()._offer_choices()
        if self.country.other_time_zones:
            self.fields["time_zone"].choices = zone_choices(self.country)  # type: ignore[attr-defined]
        else:
            del self.fields["time_zone"]
            self.fields["start"].help_text = _("Local times of the place: %(zone)s.") % {"zone": self.zone_name}

    def _place_sections(self) -> list[Fieldset]:
        return [
            Fieldset(
                _("The event"),
                *self._offered("organisation", "name"),
                Row(Column("start", css_class="col-sm-6"), Column("end", css_class="col-sm-6")),
                *self._offered("time_zone"),
            ),
            Fieldset(_("The place"), *self._kind_of_place(), css_class="mt-4"),
        ]
