"""What agents write to share the work: whose case it is, notes, when it is looked at again, what is done with many at once."""

from datetime import date, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.accounts.models import User
from clea_portal.authorities.models import Region, Team
from mct.assigning import Desk, key_of
from mct.desk_models import NAME_LIMIT
from mct.enums import ClosingReason
from mct.models import REMARK_LIMIT

NOBODY = "nobody"
FURTHEST = timedelta(days=90)


def _helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper


def whose(desk: Desk) -> list[Any]:
    """The choices of a field, in groups. A team is named with its region where there are several."""
    several = len({team.region_id for team in desk.teams}) > 1
    teams = [(key_of(team), f"{team.name} ({team.region})" if several else team.name) for team in desk.teams]
    people = [(key_of(user), str(user)) for user in desk.people]
    groups = [(_("Teams"), teams), (_("People"), people)]
    return [("", _("Choose…")), (NOBODY, _("nobody")), *(group for group in groups if group[1])]


class AssignForm(forms.Form):
    """``seen``: how often the case had changed hands when the page was made."""

    use_required_attribute = False

    to = forms.ChoiceField(
        label=gettext_lazy("Assign to"),
        error_messages={"invalid_choice": gettext_lazy("This person or team is not of the region. Choose another one.")},
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1, required=False)

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.desk = desk
        self.fields["to"].choices = whose(desk)  # type: ignore[attr-defined]
        self.helper = _helper()

    def chosen(self) -> Team | User | None:
        """A Team, a User, or None for nobody."""
        return self.desk.find(self.cleaned_data["to"])


class HandOverForm(forms.Form):
    use_required_attribute = False

    region = forms.ModelChoiceField(
        label=gettext_lazy("Region"), queryset=Region.objects.none(), empty_label=gettext_lazy("Choose…")
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1, required=False)

    def __init__(self, *args: Any, region: Region, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Region.objects.filter(country=region.country_id).exclude(pk=region.pk).select_related("country")
        self.fields["region"].queryset = others  # type: ignore[attr-defined]
        self.helper = _helper()


class NoteForm(forms.Form):
    use_required_attribute = False

    text = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=REMARK_LIMIT,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
        help_text=gettext_lazy("It stays in the timeline of the case, encrypted. No names of infected people."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _helper()


class FollowUpForm(forms.Form):
    use_required_attribute = False

    on = forms.DateField(
        label=gettext_lazy("Look at it again on"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("From this day on, the list names it as due. Leave it empty for none."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first, self.last = today, today + FURTHEST
        self.fields["on"].widget.attrs.update(min=self.first.isoformat(), max=self.last.isoformat())
        self.helper = _helper()

    def clean_on(self) -> date | None:
        on: date | None = self.cleaned_data["on"]
        if on and not self.first <= on <= self.last:
            raise ValidationError(_("Choose a day from today on, within %(days)d days."), params={"days": FURTHEST.days})
        return on


class CloseForm(forms.Form):
    use_required_attribute = False

    reason = forms.ChoiceField(label=gettext_lazy("Why?"), choices=ClosingReason.choices)

    def chosen(self) -> ClosingReason:
        return ClosingReason(self.cleaned_data["reason"])


class BulkForm(forms.Form):
    """What is done with the cases whose boxes are ticked: two selects beside two buttons, of which one was pressed."""

    use_required_attribute = False

    ASSIGN, CLOSE = "assign", "close"

    to = forms.ChoiceField(label=gettext_lazy("Assign to"), required=False)
    reason = forms.ChoiceField(
        label=gettext_lazy("Close, because"),
        required=False,
        choices=[("", gettext_lazy("Choose…")), *ClosingReason.choices],
    )

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.desk = desk
        self.fields["to"].choices = whose(desk)  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"

    def assignee(self) -> Team | User | None:
        """A Team, a User, or None for nobody."""
        return self.desk.find(self.cleaned_data["to"])


class SaveForm(forms.Form):
    use_required_attribute = False

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=NAME_LIMIT, widget=forms.TextInput({"autocomplete": "off", "dir": "auto"})
    )
    query = forms.CharField(widget=forms.HiddenInput, max_length=1000, required=False)


def named(to: Team | User | None) -> str:
    """Of whom a sentence tells."""
    return str(to) if to is not None else _("nobody")
