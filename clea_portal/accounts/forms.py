from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.accounts.enums import AfterHandOver, MemberRole
from clea_portal.accounts.models import User
from clea_portal.authorities.models import Country
from clea_portal.authorities.time_zones import PLACES
from clea_portal.posters.names import clean_line

NAME_LIMIT = 120


class PageForm(forms.Form):
    """Fields only: the page writes the form's tags and buttons around it."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class TimeZoneForm(PageForm):
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=[(zone, zone.replace("_", " ")) for zone in PLACES],
        help_text=gettext_lazy("Hours on every page, and those that you type, are hours of this zone."),
    )


class NameForm(PageForm):
    name = forms.CharField(
        label=gettext_lazy("Name of your organisation or of yourself"),
        max_length=NAME_LIMIT,
        widget=forms.TextInput({"autocomplete": "organization", "dir": "auto"}),
        help_text=gettext_lazy("Only you and the colleagues whom you invite see it. It is not printed on posters."),
    )

    def clean_name(self) -> str:
        name = clean_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError(_("Give a name that can be read: letters or numbers."))
        return name


class OrganisationForm(NameForm):
    """The country is asked for only where there is a choice."""

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

    def chosen_country(self) -> Country:
        return self.cleaned_data.get("country") or self.countries[0]


class InvitationForm(PageForm):
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=gettext_lazy("People without an account can open one on the way. The invitation is for this address alone."),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[(role.value, capfirst(role.label)) for role in MemberRole],
        initial=MemberRole.EDITOR,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Readers see and print. Editors also make and change venues and events. Owners also decide who belongs to it."
        ),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the e-mail"), choices=settings.LANGUAGES)

    def clean_role(self) -> MemberRole:
        return MemberRole(self.cleaned_data["role"])


class RoleForm(PageForm):
    """An owner is not made here: ownership is offered."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[(role.value, capfirst(role.label)) for role in (MemberRole.EDITOR, MemberRole.READER)],
        widget=forms.RadioSelect,
    )

    def clean_role(self) -> MemberRole:
        return MemberRole(self.cleaned_data["role"])


class HandOverForm(PageForm):
    to = forms.ModelChoiceField(
        label=gettext_lazy("Who becomes an owner"),
        queryset=User.objects.none(),
        to_field_name="uuid",
        empty_label=gettext_lazy("Choose…"),
    )
    afterwards = forms.ChoiceField(
        label=gettext_lazy("And you?"), choices=AfterHandOver, initial=AfterHandOver.EDITOR, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = members

    def clean_afterwards(self) -> AfterHandOver:
        return AfterHandOver(self.cleaned_data["afterwards"])
