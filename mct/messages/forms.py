"""What is written on a contact message's page."""

from datetime import datetime, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.accounts.models import User
from clea_portal.authorities.models import Region
from clea_portal.codes.contacts import PIN_DIGITS
from mct.forms import MomentField
from mct.messages.access import colleagues, other_regions
from mct.messages.models import REMARK_LIMIT, ContactMessage

LONGEST_PAUSE = timedelta(days=7)


class _OnPage(forms.Form):
    """Several of these stand on one page, each in a form of its own."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


def _remark(label: Any, *, required: bool, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea({"rows": 2, "dir": "auto"})
    return forms.CharField(label=label, required=required, max_length=REMARK_LIMIT, widget=widget, help_text=help_text)


class PinForm(_OnPage):
    pin = forms.CharField(
        label=gettext_lazy("PIN that the contact says"),
        max_length=20,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("Six digits. Never say them yourself: the portal does not show them either."),
    )

    def clean_pin(self) -> str:
        pin = "".join(str(self.cleaned_data["pin"]).split())
        if not (pin.isascii() and pin.isdigit() and len(pin) == PIN_DIGITS):
            raise ValidationError(
                _("The PIN has %(digits)d digits. This was not counted as a try."), params={"digits": PIN_DIGITS}
            )
        return pin


class CallForm(_OnPage):
    prefix = "call"

    remark = _remark(
        gettext_lazy("What was said"),
        required=True,
        help_text=gettext_lazy("Stored encrypted. Your team sees it, nobody else. No names of infected people."),
    )


class NotReachedForm(_OnPage):
    prefix = "missed"

    retry_at = MomentField(fold=0, label=gettext_lazy("Call again on"))
    remark = _remark(gettext_lazy("Remark"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = timezone.now()
        self.initial.setdefault("retry_at", (self.now + timedelta(hours=2)).replace(second=0, microsecond=0))
        self.fields["retry_at"].help_text = _("Within %(days)d days. Time zone: %(zone)s.") % {
            "days": LONGEST_PAUSE.days,
            "zone": timezone.get_current_timezone_name(),
        }

    def clean_retry_at(self) -> datetime:
        at: datetime = self.cleaned_data["retry_at"]
        if at <= self.now:
            raise ValidationError(_("This time has passed. Write when to call again."))
        if at > self.now + LONGEST_PAUSE:
            raise ValidationError(
                _("This is more than %(days)d days ahead: too late to warn anybody."), params={"days": LONGEST_PAUSE.days}
            )
        return at


class FinishForm(_OnPage):
    prefix = "finish"

    remark = _remark(gettext_lazy("What came of it"), required=False)


class HandOverForm(_OnPage):
    prefix = "hand"

    to = forms.ModelChoiceField(
        label=gettext_lazy("New holder"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("nobody: whoever takes it next"),
    )

    def __init__(self, *args: Any, message: ContactMessage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = colleagues(message)


class RegionForm(_OnPage):
    prefix = "move"

    region = forms.ModelChoiceField(
        label=gettext_lazy("Region"), queryset=Region.objects.none(), empty_label=gettext_lazy("Choose…")
    )

    def __init__(self, *args: Any, message: ContactMessage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["region"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = other_regions(message)
