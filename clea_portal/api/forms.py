from datetime import timedelta
from typing import Any, cast

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.accounts.models import Organisation, User
from clea_portal.api.enums import CaseScope, Scope
from clea_portal.posters.names import clean_line

NAME_LIMIT = 60


class _NamedForm(forms.Form):
    """What every token has."""

    use_required_attribute = False

    name = forms.CharField(
        label=gettext_lazy("What is it for?"),
        max_length=NAME_LIMIT,
        widget=forms.TextInput({"autocomplete": "off", "dir": "auto"}),
        help_text=gettext_lazy("For instance the name of the program. You will know by it which one to revoke."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_name(self) -> str:
        name = clean_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError(_("Give a name that can be read: letters or numbers."))
        return name

    def lifetime(self) -> timedelta | None:
        """None: for ever."""
        return timedelta(days=self.cleaned_data["days"]) if self.cleaned_data["days"] else None


class TokenForm(_NamedForm):
    """``organisations``: those that the person belongs to; with one only, it is not asked for."""

    organisation = forms.ModelChoiceField(
        label=gettext_lazy("Organisation"), queryset=Organisation.objects.none(), empty_label=gettext_lazy("Choose…")
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("It may"),
        choices=Scope.choices,
        widget=forms.RadioSelect,
        initial=Scope.READ,
        help_text=gettext_lazy(
            "Never more than you may yourself in this organisation. Only one that may issue sees phones and PINs."
        ),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("It expires"),
        coerce=int,
        initial=365,
        choices=[
            (30, gettext_lazy("after 30 days")),
            (90, gettext_lazy("after 90 days")),
            (365, gettext_lazy("after a year")),
            (0, gettext_lazy("never")),
        ],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.organisations = list(Organisation.objects.of_member(user))
        if len(self.organisations) == 1:
            del self.fields["organisation"]
        else:
            field = cast("forms.ModelChoiceField[Organisation]", self.fields["organisation"])
            field.queryset = Organisation.objects.of_member(user)

    def clean(self) -> dict[str, Any]:
        if len(self.organisations) == 1:
            self.cleaned_data["organisation"] = self.organisations[0]
        organisation = self.cleaned_data.get("organisation")
        issues = self.cleaned_data.get("scope") == Scope.ISSUE
        if organisation and issues and not Organisation.objects.editable_by(self.user).filter(pk=organisation.pk).exists():
            self.add_error("scope", _("You may only see and print what this organisation has: the token can only read."))
        return self.cleaned_data


class CaseTokenForm(_NamedForm):
    """A token for the cases of the person's regions. It always expires."""

    scope = forms.ChoiceField(
        label=gettext_lazy("It may"),
        choices=CaseScope.choices,
        widget=forms.RadioSelect,
        initial=CaseScope.READ,
        help_text=gettext_lazy("In the regions that you work for, as long as you do. What it reads is logged under your name."),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("It expires"),
        coerce=int,
        initial=90,
        choices=[
            (30, gettext_lazy("after 30 days")),
            (90, gettext_lazy("after 90 days")),
            (365, gettext_lazy("after a year")),
        ],
    )
