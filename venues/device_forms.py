"""The form by which a device's configuration is asked for."""

import json
from functools import partial
from typing import Any

from crispy_forms.helper import FormHelper
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django import forms
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.codes.jwe import seal_to_key
from clea_portal.codes.sealing import MAX_PASSPHRASE, MIN_PASSPHRASE, propose_passphrase, seal
from clea_portal.protocol.derivation import Profile
from clea_portal.protocol.errors import ProtocolError
from clea_portal.protocol.keys import CURVE, fingerprint, parse_public_key
from venues.devices import Recipient
from venues.models import DerivationProfile, Venue, VenueRoom

KEY_LIMIT = 1000
FEWEST_DIFFERENT = 6


class Sealing(models.TextChoices):
    KEY = "key", gettext_lazy("To the public key of whoever installs the device")
    PASSPHRASE = "passphrase", gettext_lazy("Under a passphrase")


class DeviceForm(forms.Form):
    use_required_attribute = False

    room = forms.ModelChoiceField(
        label=gettext_lazy("Room"), queryset=VenueRoom.objects.none(), required=False, empty_label=gettext_lazy("The whole place")
    )
    profile = forms.ChoiceField(
        label=gettext_lazy("How the device derives its codes"),
        choices=DerivationProfile,
        help_text=gettext_lazy(
            "Its maker knows. The place’s own codes must be derived in the same way, or they would not agree."
        ),
    )
    may_change_codes = forms.BooleanField(
        label=gettext_lazy("Change the place’s own codes to the same derivation"),
        required=False,
        help_text=gettext_lazy("From the next renewal on, displays and newly printed codes of days follow. Old ones stay valid."),
    )
    sealing = forms.ChoiceField(
        label=gettext_lazy("How the file is sealed"), choices=Sealing, widget=forms.RadioSelect, initial=Sealing.KEY
    )
    public_key = forms.CharField(
        label=gettext_lazy("Public key"),
        required=False,
        max_length=KEY_LIMIT,
        widget=forms.Textarea({"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("On the curve P-256: a PEM block (BEGIN PUBLIC KEY), or hexadecimal digits."),
    )
    passphrase = forms.CharField(
        label=gettext_lazy("Passphrase"),
        required=False,
        max_length=MAX_PASSPHRASE,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "The one proposed is strong: 74 bits. One of your own has at least 12 characters, better 20, and is used nowhere "
            "else. Note it now: nobody can tell it to you later. Give it to the installer by another way than the file."
        ),
    )

    def __init__(self, *args: Any, venue: Venue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rooms = VenueRoom.objects.in_use().filter(venue=venue, independent=True)
        if rooms:
            self.fields["room"].queryset = rooms  # type: ignore[attr-defined]
        else:
            del self.fields["room"]
        self.fields["passphrase"].initial = propose_passphrase
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_public_key(self) -> str:
        text = str(self.cleaned_data["public_key"])
        if self.data.get("sealing") != Sealing.KEY:
            return text
        if not text:
            raise ValidationError(_("Paste the public key of whoever installs the device."))
        self.key = _public_key(text)
        return text

    def clean_passphrase(self) -> str:
        text = str(self.cleaned_data["passphrase"])
        if self.data.get("sealing") != Sealing.PASSPHRASE:
            return text
        if len(text) < MIN_PASSPHRASE:
            raise ValidationError(
                _("Too short: a passphrase has at least %(least)s characters."), params={"least": MIN_PASSPHRASE}
            )
        if len(set(text)) < FEWEST_DIFFERENT:
            raise ValidationError(_("Too weak: the same few characters again and again."))
        try:
            CommonPasswordValidator().validate(text)
        except ValidationError as error:
            raise ValidationError(_("Too weak: this is one of the passwords that are tried first.")) from error
        return text

    def recipient(self) -> Recipient:
        """Once the form is valid."""
        if self.cleaned_data["sealing"] == Sealing.KEY:
            return Recipient(seal=partial(_seal_to_key, key=self.key), name=fingerprint(self.key))
        return Recipient(seal=partial(_seal, passphrase=self.cleaned_data["passphrase"]), name="passphrase")

    def profile_chosen(self) -> Profile:
        return Profile(self.cleaned_data["profile"])


def _public_key(text: str) -> EllipticCurvePublicKey:
    """Raises ValidationError."""
    if "PRIVATE KEY" in text:
        raise ValidationError(_("This is a private key, which nobody should have sent to you. Ask for the public key."))
    try:
        if "BEGIN" not in text:
            return parse_public_key("".join(text.split()))
        key = load_pem_public_key(text.strip().encode())
    except (ProtocolError, ValueError, UnsupportedAlgorithm) as error:
        raise ValidationError(_("This is no public key: paste all of it, from the first to the last line.")) from error
    if not isinstance(key, EllipticCurvePublicKey) or key.curve.name != CURVE.name:
        raise ValidationError(_("This key is of another kind: one on the curve P-256 is needed."))
    return key


def _plain(document: dict[str, Any]) -> bytes:
    return json.dumps(document, indent=1, ensure_ascii=False).encode()


def _seal_to_key(document: dict[str, Any], *, key: EllipticCurvePublicKey) -> bytes:
    return seal_to_key(_plain(document), public_key=key, content_type="json").encode()


def _seal(document: dict[str, Any], *, passphrase: str) -> bytes:
    return seal(_plain(document), passphrase=passphrase)
