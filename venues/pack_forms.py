from datetime import timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from venues.packs import MOST_DAYS


class PackForm(forms.Form):
    """``has_static``: a code without an end counts in the same room, which two codes on one wall would split."""

    use_required_attribute = False
    first_day = forms.DateField(label=gettext_lazy("First day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    last_day = forms.DateField(label=gettext_lazy("Last day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    with_staff = forms.BooleanField(
        label=gettext_lazy("Codes for staff too"),
        help_text=gettext_lazy("On a private sheet of their own, for those who work there and are there all day."),
        required=False,
    )
    end_static = forms.BooleanField(
        label=gettext_lazy("Take the code without an end out of use on the first of these days"), required=False
    )

    def __init__(self, *args: Any, has_static: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_static:
            del self.fields["end_static"]
        self.fields["last_day"].help_text = _("At most %(days)s days.") % {"days": MOST_DAYS}
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Row(Column("first_day", css_class="col-sm-6"), Column("last_day", css_class="col-sm-6")),
            "with_staff",
            *(["end_static"] if has_static else []),
        )


A_WEEK = timedelta(days=6)
