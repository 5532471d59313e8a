from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from clea_portal.authorities.time_zones import zone_choices
from clea_portal.codes.forms import PlaceForm


class VenueForm(PlaceForm):
    """A place. ``time_zone``: what to propose for a new venue that is kept; asked only where the country has several zones."""

    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone of the place"),
        help_text=gettext_lazy("Days of its posters and hours of its codes are hours of this zone."),
    )

    def __init__(self, *args: Any, time_zone: str = "", **kwargs: Any) -> None:
        self.zone_name = time_zone
        super().__init__(*args, **kwargs)

    def chosen_zone(self) -> str:
        return self.cleaned_data.get("time_zone") or self.zone_name

    def _initial(self) -> dict[str, Any]:
        return {**super()._initial(), "time_zone": self.zone_name}

    def _offer_choices(self) -> None:
        super()._offer_choices()
        if self.zone_name and self.country.other_time_zones:
            self.fields["time_zone"].choices = zone_choices(self.country)  # type: ignore[attr-defined]
        else:
            del self.fields["time_zone"]

    def _kind_of_place(self) -> list[Any]:
        return [*super()._kind_of_place(), *self._offered("time_zone")]
