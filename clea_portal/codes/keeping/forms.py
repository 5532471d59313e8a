from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.authorities.models import Country
from clea_portal.codes.printing.choices import language_choices, preferred_language
from clea_portal.codes.sealing import MAX_PASSPHRASE, MIN_PASSPHRASE, propose_passphrase
from clea_portal.protocol.derivation import SECRET_SIZE, new_location_secret
from clea_portal.scanning.results import MAX_BYTES


class _Plain(forms.Form):
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


def passphrase_field(**kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Passphrase"),
        max_length=MAX_PASSPHRASE,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        **kwargs,
    )


class KeepForm(_Plain):
    """What goes with a place whose data stay with its owner."""

    passphrase = passphrase_field(
        min_length=MIN_PASSPHRASE,
        initial=propose_passphrase,
        help_text=gettext_lazy(
            "It opens the recovery sheet. Write it down, but not on the sheet. Nobody can look it up, and without it the sheet "
            "is of no use."
        ),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the poster"))
    # Made with the page, so that a form that is sent twice gives the same code twice.
    sk_l = forms.CharField(widget=forms.HiddenInput, initial=lambda: new_location_secret().hex())

    def __init__(self, *args: Any, country: Country, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = language_choices(country.languages)  # type: ignore[attr-defined]
        self.fields["language"].initial = preferred_language(country.languages)

    def clean_sk_l(self) -> str:
        text = str(self.cleaned_data["sk_l"]).lower()
        try:
            is_secret = len(bytes.fromhex(text)) == SECRET_SIZE and len(text) == 2 * SECRET_SIZE
        except ValueError:
            is_secret = False
        if not is_secret:
            raise ValidationError(_("This page is incomplete. Open it again."))
        return text


class ReturnForm(_Plain):
    """A recovery sheet comes back."""

    sheet = forms.FileField(
        label=gettext_lazy("Recovery sheet"),
        allow_empty_file=True,
        widget=forms.FileInput(
            {"accept": "image/jpeg,image/png,image/webp,image/heic,image/heif,image/avif,application/pdf,.heic,.heif,.avif"}
        ),
        help_text=gettext_lazy("The PDF file, a photo or a scan. It is read and forgotten."),
    )
    passphrase = passphrase_field()
    wish = forms.ChoiceField(
        label=gettext_lazy("What do you need?"),
        choices=[
            ("again", gettext_lazy("The same code again, to print more")),
            ("renew", gettext_lazy("A new code in its place")),
        ],
        widget=forms.RadioSelect,
        initial="again",
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the poster"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = language_choices()  # type: ignore[attr-defined]
        self.fields["language"].initial = preferred_language()

    def clean_sheet(self) -> bytes:
        sheet: UploadedFile[bytes] = self.cleaned_data["sheet"]
        if (sheet.size or 0) > MAX_BYTES:
            message = _("This file is larger than %(megabytes)s MB. Send a photo of the sheet's code alone.")
            raise ValidationError(message, params={"megabytes": MAX_BYTES // 1024**2})
        return bytes(sheet.read())

    def ask_for_the_sheet_again(self) -> None:
        """No browser sends a chosen file back into a form."""
        if "sheet" not in self.errors:
            self.add_error("sheet", _("Choose the file of the sheet again."))


def countries_that_issue() -> list[Country]:
    return list(Country.objects.filter(issues_codes=True))
