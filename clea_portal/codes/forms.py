"""The form fields that venues and events share."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Fieldset, Layout, Row
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.accounts.models import Organisation
from clea_portal.authorities.models import Country, Region, VenueType
from clea_portal.codes.checking import checked_name, checked_phone, checked_pin
from clea_portal.codes.contacts import propose_pin, readable_phone
from clea_portal.codes.models import NAME_LIMIT, Place
from clea_portal.codes.places import PlaceDetails

CATEGORIES = ("venue_category1", "venue_category2")


class PlaceForm(forms.Form):
    """One country's choices. ``organisations``: for whom a new place can be made; a place that exists keeps its own."""

    use_required_attribute = False

    organisation = forms.ModelChoiceField(
        label=gettext_lazy("Organisation"), queryset=Organisation.objects.none(), empty_label=gettext_lazy("Choose…")
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        widget=forms.Textarea({"rows": 2, "maxlength": NAME_LIMIT, "dir": "auto", "autocomplete": "off"}),
        # Cleaned below: what is stored is what is printed.
        strip=False,
    )
    venue_type = forms.ModelChoiceField(
        label=gettext_lazy("Type of place"), queryset=VenueType.objects.none(), empty_label=gettext_lazy("Choose…")
    )
    venue_category1 = forms.TypedChoiceField(label=gettext_lazy("Capacity"), coerce=int)
    venue_category2 = forms.TypedChoiceField(label=gettext_lazy("Floor area"), coerce=int)
    region = forms.ModelChoiceField(
        label=gettext_lazy("Region"), queryset=Region.objects.none(), empty_label=gettext_lazy("Choose…")
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"), max_length=40, widget=forms.TextInput({"type": "tel", "autocomplete": "tel"})
    )
    pin = forms.CharField(
        label=gettext_lazy("PIN"),
        max_length=40,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy(
            "Six digits of your choice. The team that calls asks for them, to know that the code is yours. Keep them at hand."
        ),
    )

    def __init__(
        self,
        *args: Any,
        country: Country,
        organisations: Sequence[Organisation] = (),
        place: Place | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.country, self.organisations, self.place = country, organisations, place
        self.initial = {**self._initial(), **self.initial}
        self._offer_choices()
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*self._sections())

    def details(self) -> PlaceDetails:
        """What was entered, once the form is valid; what the country does not ask for stays as it was."""
        entered = {field.name: self.cleaned_data[field.name] for field in fields(PlaceDetails) if field.name in self.cleaned_data}
        kept = {name: getattr(self.place, name) for name in CATEGORIES} if self.place else {}
        return PlaceDetails(**{**kept, **entered})

    def clean_name(self) -> str:
        return checked_name(self.cleaned_data["name"])

    def clean_phone(self) -> str:
        return checked_phone(self.cleaned_data["phone"], country=self.country.code)

    def clean_pin(self) -> str:
        return checked_pin(self.cleaned_data["pin"])

    def clean(self) -> dict[str, Any]:
        if len(self.organisations) == 1:
            self.cleaned_data["organisation"] = self.organisations[0]
        return self.cleaned_data

    def _initial(self) -> dict[str, Any]:
        if self.place is None:
            return {"pin": propose_pin(), "venue_category1": 0, "venue_category2": 0}
        place = self.place
        return {
            "name": place.name,
            "venue_type": place.venue_type_id,
            "venue_category1": place.venue_category1,
            "venue_category2": place.venue_category2,
            "region": place.region_id,
            "phone": readable_phone(place.phone) if place.phone else "",
            "pin": place.pin or propose_pin(),
        }

    def _offer_choices(self) -> None:
        if len(self.organisations) > 1:
            own = Organisation.objects.filter(pk__in=[organisation.pk for organisation in self.organisations])
            self._model_choice("organisation").queryset = own.select_related("country")
        else:
            del self.fields["organisation"]
        types = VenueType.objects.filter(country=self.country, retired=False)
        if self.place is not None:
            types |= VenueType.objects.filter(pk=self.place.venue_type_id)
        self._model_choice("venue_type").queryset = types
        self._model_choice("region").queryset = Region.objects.filter(country=self.country).select_related("country")
        for level, name in enumerate(CATEGORIES, start=1):
            kept = getattr(self.place, name) if self.place else None
            choices = [
                (row.number, row.label)
                for row in self.country.venue_categories.all()
                if row.level == level and (not row.retired or row.number == kept)
            ]
            if choices:
                cast(forms.ChoiceField, self.fields[name]).choices = choices
            else:
                del self.fields[name]
        if self.country.has_tracing:
            self.fields["phone"].help_text = _(
                "The contact tracing team calls this number if the place may have been a cluster. It stands encrypted in the "
                "code: only the team can read it."
            )
        else:
            del self.fields["phone"], self.fields["pin"]

    def _model_choice(self, name: str) -> "forms.ModelChoiceField[Any]":
        return cast("forms.ModelChoiceField[Any]", self.fields[name])

    def _sections(self) -> list[Fieldset]:
        return [*self._place_sections(), *self._contact_section()]

    def _place_sections(self) -> list[Fieldset]:
        return [Fieldset(_("The place"), *self._offered("organisation", "name"), *self._kind_of_place())]

    def _kind_of_place(self) -> list[Any]:
        categories = [Column(name, css_class="col-sm-6") for name in self._offered(*CATEGORIES)]
        return ["venue_type", *([Row(*categories)] if categories else []), "region"]

    def _contact_section(self) -> list[Fieldset]:
        if not self.country.has_tracing:
            return []
        return [
            Fieldset(
                _("If the contact tracing team needs to call"),
                Row(Column("phone", css_class="col-sm-7"), Column("pin", css_class="col-sm-5")),
                css_class="mt-4",
            )
        ]

    def _offered(self, *names: str) -> list[str]:
        return [name for name in names if name in self.fields]
