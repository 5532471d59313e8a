from typing import Any
from zoneinfo import available_timezones

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.authorities.models import Country
from clea_portal.posters.names import clean_line

NAME_LIMIT = 120


# Those that people know by a place; the rest are abbreviations and relics.
PLACES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))


class TimeZoneForm(forms.Form):
    use_required_attribute = False

    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=[(zone, zone.replace("_", " ")) for zone in PLACES],
        help_text=gettext_lazy("Hours on every page, and those that you type, are hours of this zone."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class OrganisationForm(forms.Form):
    """The country is asked for only where there is a choice."""

    use_required_attribute = False

    name = forms.CharField(
        label=gettext_lazy("Name of your organisation or of yourself"),
        max_length=NAME_LIMIT,
        widget=forms.TextInput({"autocomplete": "organization", "dir": "auto"}),
        help_text=gettext_lazy("Only you and the colleagues whom you invite see it. It is not printed on posters."),
    )
    country = forms.ModelChoiceField(
        label=gettext_lazy("Country"), queryset=Country.objects.none(), empty_label=gettext_lazy("Choose…")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.countries = list(Country.objects.filter(issues_codes=True))
        field = self.fields["country"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Country.objects.filter(issues_codes=True)
        if len(self.countries) == 1:
            del self.fields["country"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_name(self) -> str:
        name = clean_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError(_("Give a name that can be read: letters or numbers."))
        return name

    def chosen_country(self) -> Country:
        return self.cleaned_data.get("country") or self.countries[0]
