from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from mct.models import REMARK_LIMIT


class WithdrawalForm(forms.Form):
    """Why a declaration that is out already is taken back."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("Why is it withdrawn?"),
        max_length=REMARK_LIMIT,
        widget=forms.Textarea({"rows": 2, "dir": "auto"}),
        help_text=_("It stays in the timeline of the case. No names of infected people."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
