from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.accounts.enums import StaffRole, TeamRole
from clea_portal.accounts.forms import PageForm
from clea_portal.administration.region_forms import NamedForm
from clea_portal.authorities.models import Country, Region, Team


class TeamForm(NamedForm):
    """``region``: asked for where the team is new, or may move."""

    region = forms.ModelChoiceField(
        label=gettext_lazy("Region"), queryset=Region.objects.none(), empty_label=gettext_lazy("Choose…"), to_field_name="number"
    )
    field_order = ["region", "name"]

    def __init__(self, *args: Any, country: Country, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = country.regions.order_by("number")  # type: ignore[attr-defined]


class StaffInvitationForm(PageForm):
    """``cleaned_data``: email, role, team (None for an administrator), language."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=gettext_lazy("People without an account can open one on the way. The invitation is for this address alone."),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), widget=forms.RadioSelect)
    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"),
        queryset=Team.objects.none(),
        required=False,
        to_field_name="uuid",
        empty_label=gettext_lazy("Choose…"),
        help_text=gettext_lazy("Agents and leads work in a team; administrators in none."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the e-mail"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, country: Country, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = list(StaffRole) if country.has_tracing else [StaffRole.ADMINISTRATOR]
        self.fields["role"].choices = [(role.value, capfirst(role.label)) for role in roles]  # type: ignore[attr-defined]
        self.fields["role"].initial = roles[0].value
        if country.has_tracing:
            teams = Team.objects.working().filter(region__country=country).select_related("region")
            field = self.fields["team"]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = teams.order_by("region__number", "name")
            field.label_from_instance = _named_team  # type: ignore[method-assign,assignment]
        else:
            del self.fields["team"]

    def clean_role(self) -> StaffRole:
        return StaffRole(self.cleaned_data["role"])

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        role, team = chosen.get("role"), chosen.setdefault("team", None)
        if role == StaffRole.ADMINISTRATOR:
            if team is not None:
                raise ValidationError(_("An administrator belongs to no team. Choose no team, or another role."))
        elif role and team is None and "team" not in self.errors:
            self.add_error("team", _("Choose the team that the person works in."))
        return chosen


class TeamRoleForm(PageForm):
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=[(role.value, capfirst(role.label)) for role in TeamRole])

    def clean_role(self) -> TeamRole:
        return TeamRole(self.cleaned_data["role"])


def _named_team(team: Any) -> str:
    return f"{team.region} · {team.name}"
