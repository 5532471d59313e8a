"""Forms about key pairs of contact tracing."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.accounts.forms import PageForm
from clea_portal.administration.key_forms import what_is_wrong
from clea_portal.protocol.errors import BadKey, OtherCurve, WrongPassphrase
from clea_portal.protocol.key_forms import MAX_BYTES, read_private_key, read_public_key
from clea_portal.protocol.key_sealing import LEAST_PASSPHRASE, MOST_PASSPHRASE

REASON_LIMIT = 500
_SECRET = {"class": "mono", "autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class StartForm(PageForm):
    valid_from = forms.DateTimeField(
        label=gettext_lazy("New codes use it from"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local", "step": 60}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("In your time zone, two years ahead at most. Empty: from now on."),
    )


class PrivateKeyForm(StartForm):
    """``cleaned_data["key"]`` and ``["public"]`` (None: not given). Nothing secret is ever sent back to the page."""

    pasted = forms.CharField(
        label=gettext_lazy("Private key"),
        required=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea({"rows": 4, **_SECRET}),
        help_text=gettext_lazy("Hexadecimal digits, base64, PEM or a JWK. It is stored encrypted and never shown."),
    )
    file = forms.FileField(
        label=gettext_lazy("or a file with it"), required=False, help_text=gettext_lazy("PEM or DER, 16 kB at most.")
    )
    passphrase = forms.CharField(
        label=gettext_lazy("Passphrase of the file"),
        required=False,
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text=gettext_lazy("Only where the key is under one."),
    )
    expected = forms.CharField(
        label=gettext_lazy("Public key that it belongs to"),
        required=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea({"rows": 3, **_SECRET}),
        help_text=gettext_lazy("If you have it: the two are compared, and a pair that is none is refused."),
    )
    field_order = ("pasted", "file", "passphrase", "expected", "valid_from")

    def clean(self) -> dict[str, Any]:
        super().clean()
        pasted, file = self.cleaned_data.get("pasted", ""), self.cleaned_data.get("file")
        self.data = {**self.data.dict(), "pasted": "", "passphrase": ""} if hasattr(self.data, "dict") else self.data
        self._read_expected(self.cleaned_data.get("expected", ""))
        if "pasted" in self.errors or "file" in self.errors:
            return self.cleaned_data
        if bool(pasted.strip()) == bool(file):
            raise ValidationError(_("Paste the private key, or choose a file with it: one of the two."))
        try:
            self.cleaned_data["key"] = self._read(file.read(MAX_BYTES + 1) if file else pasted.encode())
        except ValidationError as error:
            self.add_error("file" if file else "pasted", error)
        return self.cleaned_data

    def _read(self, data: bytes) -> EllipticCurvePrivateKey:
        try:
            return read_private_key(data, passphrase=self.cleaned_data.get("passphrase", ""))
        except WrongPassphrase:
            raise ValidationError(
                _("This key is under a passphrase, and it is not the one you typed; or the file is damaged.")
            ) from None
        except OtherCurve as error:
            raise ValidationError(what_is_wrong(error)) from None
        except BadKey:
            raise ValidationError(
                _(
                    "This is not a private key on the curve P-256. Paste it as 64 hexadecimal digits, base64, PEM or JWK, or"
                    " choose a PEM or DER file. Is it the public key?"
                )
            ) from None

    def _read_expected(self, text: str) -> None:
        self.cleaned_data["public"] = None
        if not text.strip():
            return
        try:
            self.cleaned_data["public"] = read_public_key(text.encode())
        except BadKey as error:
            # Perhaps another private key: not sent back either.
            self.data = {**self.data, "expected": ""}
            self.add_error("expected", what_is_wrong(error))


class ReasonForm(PageForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=REASON_LIMIT,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("The second administrator reads it before agreeing. 500 characters at most."),
    )


class PassphraseForm(PageForm):
    passphrase = forms.CharField(
        label=gettext_lazy("Passphrase for the file"),
        min_length=LEAST_PASSPHRASE,
        max_length=MOST_PASSPHRASE,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 16 characters: several words that nobody guesses. The portal does not keep it."),
    )
    again = forms.CharField(
        label=gettext_lazy("The same again"), strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        given, again = self.cleaned_data.get("passphrase"), self.cleaned_data.get("again")
        if given and again and given != again:
            self.add_error("again", _("These are two different passphrases: type the same one twice."))
        return self.cleaned_data


class TypedForm(PageForm):
    typed = forms.CharField(
        label=gettext_lazy("The first eight digits of its fingerprint"),
        max_length=20,
        widget=forms.TextInput(_SECRET),
    )
