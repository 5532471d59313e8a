"""Which figures, and which cases or lines of the trail an export takes."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.authorities.models import Region
from mct.enums import ExportFormat
from mct.figure_scopes import Scope
from mct.figures import Period
from mct.filters import TABS

USUAL_DAYS = 30
LONGEST_DAYS = 366
OTHER = "other"
_DAY = {"type": "date"}


class FiguresForm(forms.Form):
    """What stands in the address. Unbound, or where something is not right, the figures are those of ``usual``."""

    use_required_attribute = False

    of = forms.ChoiceField(label=gettext_lazy("Cases of"), required=False)
    days = forms.ChoiceField(
        label=gettext_lazy("Registered in"),
        required=False,
        choices=[
            ("7", gettext_lazy("the last 7 days")),
            ("14", gettext_lazy("the last 14 days")),
            ("30", gettext_lazy("the last 30 days")),
            ("90", gettext_lazy("the last 90 days")),
            (OTHER, gettext_lazy("the days below")),
        ],
    )
    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=forms.DateInput(_DAY, format="%Y-%m-%d"))
    until = forms.DateField(label=gettext_lazy("to"), required=False, widget=forms.DateInput(_DAY, format="%Y-%m-%d"))

    def __init__(self, *args: Any, scopes: Sequence[Scope], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scopes, self.today = {scope.key: scope for scope in scopes}, today
        self.fields["of"].choices = [(scope.key, scope.label) for scope in scopes]  # type: ignore[attr-defined]
        self.initial = {"of": scopes[0].key, "days": str(USUAL_DAYS), **self.initial}
        self.helper = _without_frame()

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("days") == OTHER and not self.errors:
            since, until = data.get("since"), data.get("until") or self.today
            if since is None:
                self.add_error("since", _("Choose the first day, or one of the usual periods."))
            elif until < since:
                self.add_error("until", _("The last day is before the first."))
            elif (until - since).days >= LONGEST_DAYS:
                self.add_error("since", _("Choose %(days)d days at most.") % {"days": LONGEST_DAYS})
        return data

    def chosen(self) -> tuple[Scope, Period]:
        data = self.cleaned_data if self.is_bound and self.is_valid() else {}
        scope = self.scopes[data.get("of") or self.initial["of"]]
        if data.get("days") == OTHER:
            return scope, Period(first=data["since"], last=data["until"] or self.today)
        days = int(data.get("days") or USUAL_DAYS)
        return scope, Period(first=self.today - timedelta(days=days - 1), last=self.today)


class ExportForm(forms.Form):
    """Beside the list's own filter: the tab, and the form of the file."""

    use_required_attribute = False

    show = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[(name, label) for name, (label, _states) in TABS.items()]
    )
    format = forms.ChoiceField(
        label=gettext_lazy("File"), choices=ExportFormat.choices, initial=ExportFormat.XLSX, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _without_frame()


class TrailExportForm(forms.Form):
    """``regions``: those that the person leads."""

    use_required_attribute = False

    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=forms.DateInput(_DAY, format="%Y-%m-%d"))
    until = forms.DateField(label=gettext_lazy("to"), required=False, widget=forms.DateInput(_DAY, format="%Y-%m-%d"))
    region = forms.ModelChoiceField(
        label=gettext_lazy("Region"), queryset=Region.objects.none(), required=False, empty_label=gettext_lazy("All")
    )
    format = forms.ChoiceField(
        label=gettext_lazy("File"),
        choices=[choice for choice in ExportFormat.choices if choice[0] != ExportFormat.SORMAS],
        initial=ExportFormat.XLSX,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, regions: Sequence[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(regions) < 2:
            del self.fields["region"]
        else:
            led = Region.objects.filter(pk__in=[region.pk for region in regions]).select_related("country")
            self.fields["region"].queryset = led  # type: ignore[attr-defined]
        self.helper = _without_frame()

    def clean(self) -> dict[str, Any]:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            raise ValidationError({"until": _("The last day is before the first.")})
        return self.cleaned_data


def _without_frame() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper
