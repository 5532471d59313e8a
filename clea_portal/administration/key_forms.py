"""Keys as people hand them in: pasted in any form, or as a file."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.accounts.forms import PageForm
from clea_portal.authorities.models import validate_public_key
from clea_portal.protocol.errors import BadKey, BadPoint, OtherCurve, PrivateKeyGiven
from clea_portal.protocol.key_forms import MAX_BYTES, read_public_key
from clea_portal.protocol.keys import public_key_hex


def what_is_wrong(error: BadKey) -> str:
    """What the person is told, who has handed in something that is no public key."""
    match error:
        case PrivateKeyGiven():
            return _(
                "This is a private key. It may now be known to others: tell whoever made it that a new pair is needed, and enter"
                " the public key of that one. Nothing was kept of it here."
            )
        case BadPoint():
            return _("This is not a point of the curve P-256: a digit is wrong, or the key belongs to another curve.")
        case OtherCurve():
            return _("This key is of another kind or curve. CLÉA needs an elliptic curve key on P-256 (also called secp256r1).")
    return _(
        "This is not a public key. Paste it as hexadecimal digits (66 or 130), base64, PEM or JWK, or choose a PEM or DER file."
    )


class PublicKeyForm(PageForm):
    """``cleaned_data["key"]``: the public key, from the text or the file. A private key is never sent back to the page."""

    pasted = forms.CharField(
        label=gettext_lazy("Public key"),
        required=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea({"rows": 4, "class": "mono", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Hexadecimal digits, base64, PEM, a certificate or a JWK."),
    )
    file = forms.FileField(
        label=gettext_lazy("or a file with it"),
        required=False,
        help_text=gettext_lazy("PEM or DER, 16 kB at most."),
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        pasted, file = self.cleaned_data.get("pasted", ""), self.cleaned_data.get("file")
        if self.errors:
            return self.cleaned_data
        if bool(pasted.strip()) == bool(file):
            raise ValidationError(_("Paste the key, or choose a file with it: one of the two."))
        try:
            self.cleaned_data["key"] = self._key(file.read(MAX_BYTES + 1) if file else pasted.encode())
        except ValidationError as error:
            self.add_error("file" if file else "pasted", error)
        return self.cleaned_data

    def _key(self, data: bytes) -> EllipticCurvePublicKey:
        try:
            key = read_public_key(data)
        except PrivateKeyGiven as error:
            self.data = {**self.data, "pasted": ""}
            raise ValidationError(what_is_wrong(error), code=error.code) from None
        except BadKey as error:
            raise ValidationError(what_is_wrong(error), code=error.code) from None
        validate_public_key(public_key_hex(key))
        return key
