"""Which cases the list shows."""

from collections.abc import Sequence
from typing import Any

import django_filters
from crispy_forms.helper import FormHelper
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clea_portal.authorities.models import Region
from mct.enums import CaseState
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
_DAY = {"type": "date"}


class CaseFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By exposure days, and by region where the person has several. The days are those of the person's time zone."""

    since = django_filters.DateFilter(
        label=_("Exposure from"),
        field_name="exposure_end",
        lookup_expr="date__gte",
        widget=forms.DateInput(_DAY, format="%Y-%m-%d"),
    )
    until = django_filters.DateFilter(
        label=_("to"), field_name="exposure_start", lookup_expr="date__lte", widget=forms.DateInput(_DAY, format="%Y-%m-%d")
    )
    region = django_filters.ModelChoiceFilter(label=_("Region"), queryset=Region.objects.none(), empty_label=_("All"))

    class Meta:
        model = Case
        fields = ("since", "until", "region")

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

    @property
    def is_active(self) -> bool:
        """Whether anything but the tabs narrows the list."""
        return any(self.data.get(name) for name in self.filters)
