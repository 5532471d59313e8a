"""Which cases the list shows."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import django_filters
from crispy_forms.helper import FormHelper
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clea_portal.authorities.models import Region
from mct.enums import CaseState, CodeKind
from mct.forms import MAX_SPAN
from mct.models import Case

# By the value of ``show`` in the address: what a tab is called, and the states that it shows.
TABS: dict[str, tuple[Promise, frozenset[CaseState]]] = {
    "": (_("All"), frozenset(CaseState)),
    "attention": (_("Need attention"), frozenset({CaseState.DRAFT, CaseState.NEEDS_ATTENTION})),
    "ready": (_("Ready"), frozenset({CaseState.READY, CaseState.AWAITING_APPROVAL})),
    "under-way": (_("On their way"), frozenset({CaseState.LINKING, CaseState.DECLARING, CaseState.DECLARED})),
    "published": (_("Published"), frozenset({CaseState.PUBLISHED})),
    "closed": (_("Closed"), frozenset({CaseState.CLOSED})),
}
SORTS = {
    "oldest": _("Oldest first"),
    "exposure": _("Latest exposure first"),
    "moved": _("Latest change of state first"),
    "follow-up": _("By follow-up date"),
}
_DAY = {"type": "date"}


def _first_moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone())


class CaseFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By exposure days, kind of code, and by region where the person has several. Days are those of the person's time zone.

    ``sort`` is asked for here too; what is done with it is the selection's.
    """

    since = django_filters.DateFilter(
        label=_("Exposure from"), method="from_day", widget=forms.DateInput(_DAY, format="%Y-%m-%d")
    )
    until = django_filters.DateFilter(label=_("to"), method="to_day", widget=forms.DateInput(_DAY, format="%Y-%m-%d"))
    kind = django_filters.ChoiceFilter(
        label=_("Kind of code"), choices=CodeKind.choices, empty_label=_("All"), field_name="code_kind"
    )
    region = django_filters.ModelChoiceFilter(label=_("Region"), queryset=Region.objects.none(), empty_label=_("All"))
    sort = django_filters.ChoiceFilter(
        label=_("Order"), choices=list(SORTS.items()), empty_label=_("Newest first"), method="as_it_is"
    )

    class Meta:
        model = Case
        fields = ("since", "until", "kind", "region", "sort")

    def __init__(self, *args: Any, regions: Sequence[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(regions) < 2:
            del self.filters["region"]
        else:
            chosen = Region.objects.filter(pk__in=[region.pk for region in regions]).select_related("country")
            self.filters["region"].queryset = chosen
        self.form.helper = FormHelper()
        self.form.helper.form_tag = False
        self.form.helper.disable_csrf = True

    # The first and last days of the calendar have no day before or after them.

    def from_day(self, cases: "QuerySet[Case]", name: str, day: date) -> "QuerySet[Case]":
        """Those that end on this day or later: as none is longer than MAX_SPAN, one index has both ends."""
        try:
            first = _first_moment(day)
            return cases.filter(exposure_start__gt=first - MAX_SPAN - timedelta(days=1), exposure_end__gte=first)
        except OverflowError:
            return cases

    def to_day(self, cases: "QuerySet[Case]", name: str, day: date) -> "QuerySet[Case]":
        try:
            return cases.filter(exposure_start__lt=_first_moment(day + timedelta(days=1)))
        except OverflowError:
            return cases

    def as_it_is(self, cases: "QuerySet[Case]", name: str, value: str) -> "QuerySet[Case]":
        return cases

    def chosen(self, name: str) -> Any:
        """What was chosen for a field, None where nothing was or the field is not there."""
        return (self.form.cleaned_data if self.form.is_valid() else {}).get(name) or None

    @property
    def is_active(self) -> bool:
        """Whether anything but the tabs narrows the list."""
        return any(self.data.get(name) for name in self.filters if name != "sort")
