"""What agents write about several cases of one person, and about two that look the same."""

from typing import Any
from uuid import UUID

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mct.forms import RegisterForm
from mct.models import Case
from mct.venue_types import type_value
from mct.words import short_day


class BesideForm(RegisterForm):
    """Another case of the same person: what they have in common is filled in, place, span and code are asked for."""

    OTHER, SAME = "other", "same"

    at = forms.ChoiceField(
        label=gettext_lazy("Where was it?"),
        choices=[
            (OTHER, gettext_lazy("At another place.")),
            (SAME, gettext_lazy("At the same place: another code of it, or another time.")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, beside: Case, at: str = OTHER, **kwargs: Any) -> None:
        known: dict[str, Any] = {
            "reference": beside.reference,
            "region": beside.region_id,
            "infected_count": beside.infected_count,
            "at": at,
        }
        if at == self.SAME:
            known |= {name: getattr(beside, name) for name in ("exposure_start", "exposure_end")}
            known["venue_type"] = type_value(beside.region.country, beside.venue_type)
        super().__init__(*args, initial=known, **kwargs)
        self.fields["reference"].help_text = _("As on the other case. Change it to tell the two apart. No names.")
        self.fields["notes"].help_text = _("On this place only: the notes of the other case stay there. Stored encrypted.")
        self.helper.layout.insert(0, "at")

    @property
    def is_same_place(self) -> bool:
        return bool(self.cleaned_data["at"] == self.SAME)


class MergeForm(forms.Form):
    """``keep``: the number of the case that stays; ``seen`` and ``seen_other``: when the two, as shown, had last moved."""

    use_required_attribute = False

    keep = forms.TypedChoiceField(label=gettext_lazy("Which number stays?"), coerce=UUID, widget=forms.RadioSelect)
    seen = forms.DateTimeField(widget=forms.HiddenInput)
    seen_other = forms.DateTimeField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, case: Case, other: Case, keep: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = {"seen": case.state_changed_at.isoformat(), "seen_other": other.state_changed_at.isoformat()}
        self.initial = {"keep": str(keep.uuid), **seen}
        self.fields["keep"].choices = [(str(each.uuid), _told(each)) for each in (case, other)]  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


def _told(case: Case) -> str:
    words = {"case": numbered(case), "state": case.get_state_display(), "day": short_day(case.created_at)}
    return _("%(case)s: %(state)s, registered on %(day)s") % words


def numbered(case: Case) -> str:
    """A case by its reference and, as two may have the same one, the beginning of its number."""
    number = str(case.uuid)[:8]
    return f"{case.reference} ({number})" if case.reference else number
