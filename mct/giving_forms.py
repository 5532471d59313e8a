"""What managers write when they give contact tracing the code of a day: an agent's number, a place, a day."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.codes.past import recent_days
from mct.places import GivingPlace
from mct.sharing import NUMBER_DIGITS


class NumberForm(forms.Form):
    """The number that an agent says on the phone."""

    use_required_attribute = False

    number = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=20,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "autofocus": True}),
        help_text=gettext_lazy("Eight digits, which the person on the phone says to you. They count for ten minutes."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_number(self) -> str:
        number = "".join(str(self.cleaned_data["number"]).split())
        if not (number.isascii() and number.isdigit() and len(number) == NUMBER_DIGITS):
            raise ValidationError(_("The number has %(digits)s digits."), params={"digits": NUMBER_DIGITS})
        return number


class PlaceAndDayForm(forms.Form):
    """Which place, and which of the last days in its time zone."""

    use_required_attribute = False

    place = forms.ChoiceField(label=gettext_lazy("Place"))
    day = forms.TypedChoiceField(label=gettext_lazy("Day"), coerce=date.fromisoformat)

    def __init__(self, *args: Any, places: Sequence[GivingPlace], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.key: place for place in places}
        venues, events = ([(p.key, p.name) for p in places if p.kind == kind] for kind in ("venue", "event"))
        groups = [(_("Venues"), venues), (_("Events"), events)]
        self.fields["place"].choices = [group for group in groups if group[1]]  # type: ignore[attr-defined]
        days = [(day.isoformat(), date_format(day, "l j F Y")) for day in recent_days(today)]
        self.fields["day"].choices = days  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def chosen_place(self) -> GivingPlace:
        return self.places[self.cleaned_data["place"]]
