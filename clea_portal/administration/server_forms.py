"""What an administrator says about a country's cluster server."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.accounts.forms import PageForm
from clea_portal.administration.address_checks import check_address
from clea_portal.administration.certificates import MAX_CHARACTERS, check_certificate, check_pair
from clea_portal.administration.country_forms import yes_or_no
from clea_portal.administration.key_forms import PublicKeyForm, what_is_wrong
from clea_portal.authorities.enums import Authentication, ServerKind
from clea_portal.authorities.exposure_models import MOST_SLOTS
from clea_portal.authorities.models import ServerAuthority, VenueType, validate_public_key
from clea_portal.posters.names import clean_line
from clea_portal.protocol.errors import BadKey, PrivateKeyGiven
from clea_portal.protocol.key_forms import MAX_BYTES, read_public_key
from clea_portal.protocol.keys import public_key_hex

PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
KEEP = gettext_lazy("Leave empty to keep what is there. It is stored encrypted and never shown.")
KINDS = {
    ServerKind.API: gettext_lazy("manual clusters API: takes back what was withdrawn, and counts nothing twice"),
    ServerKind.FORM: gettext_lazy("form page of the deployed server: takes nothing back"),
}


class AddressForm(PageForm):
    """``warnings``: what is odd about valid addresses."""

    name = forms.CharField(label=gettext_lazy("Name of the server's authority"), max_length=120)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of server"), choices=list(KINDS.items()), widget=forms.RadioSelect, initial=ServerKind.API
    )
    base_url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=200,
        widget=forms.URLInput(PLAIN),
        help_text=gettext_lazy("What stands before /cluster-declaration or /api/clea/v1/: https://clea.example.org"),
    )
    list_url = forms.CharField(
        label=gettext_lazy("Address of the public list"),
        max_length=200,
        widget=forms.URLInput(PLAIN),
        help_text=gettext_lazy("The folder in which clusterIndex.json stands."),
    )
    accepts_type_1 = yes_or_no(
        gettext_lazy("Codes for invitations (LSP type 1)"),
        gettext_lazy("it accepts them"),
        gettext_lazy("it refuses them: cases with such a code say so, and are not declared"),
        initial="no",
    )

    def __init__(self, *args: Any, server: ServerAuthority | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.warnings: list[str] = []
        if server is not None:
            kept = {name: getattr(server, name) for name in ("name", "kind", "base_url", "list_url")}
            self.initial = {**kept, "accepts_type_1": "yes" if server.accepts_type_1 else "no", **self.initial}

    def clean_name(self) -> str:
        if not (name := clean_line(self.cleaned_data["name"])):
            raise ValidationError(_("Give a name that can be read: letters or numbers."))
        return name

    def clean_base_url(self) -> str:
        return self._address("base_url")

    def clean_list_url(self) -> str:
        return self._address("list_url").removesuffix("/clusterIndex.json")

    def _address(self, name: str) -> str:
        url = str(self.cleaned_data[name]).strip().rstrip("/")
        if warning := check_address(url):
            self.warnings.append(warning)
        return url


class CredentialsForm(PageForm):
    """Secrets are written, never shown. ``secrets()``: those that were given."""

    authentication = forms.ChoiceField(
        label=gettext_lazy("With each call, the portal shows"), choices=Authentication, widget=forms.RadioSelect
    )
    bearer_token = forms.CharField(
        label=gettext_lazy("Token"), required=False, max_length=4000, widget=forms.PasswordInput(PLAIN), help_text=KEEP
    )
    user_name = forms.CharField(label=gettext_lazy("User name"), required=False, max_length=120, widget=forms.TextInput(PLAIN))
    password = forms.CharField(
        label=gettext_lazy("Password"), required=False, max_length=400, widget=forms.PasswordInput(PLAIN), help_text=KEEP
    )
    tls_certificate = forms.CharField(
        label=gettext_lazy("Client certificate (PEM), with those that it is signed by"),
        required=False,
        max_length=MAX_CHARACTERS,
        widget=forms.Textarea({**PLAIN, "rows": 4, "class": "mono"}),
        help_text=gettext_lazy("Leave both empty to keep the present ones."),
    )
    tls_key = forms.CharField(
        label=gettext_lazy("Its private key (PEM)"),
        required=False,
        max_length=MAX_CHARACTERS,
        widget=forms.Textarea({**PLAIN, "rows": 4, "class": "mono"}),
        help_text=gettext_lazy("It is stored encrypted and never shown."),
    )

    SECRET = ("bearer_token", "password", "tls_key")

    def __init__(self, *args: Any, server: ServerAuthority, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.server = server
        self.initial = {"authentication": server.authentication, "user_name": server.user_name, **self.initial}

    def clean_bearer_token(self) -> str:
        token = str(self.cleaned_data["bearer_token"]).strip()
        if not all("!" <= character <= "~" for character in token):
            raise ValidationError(
                _("A token has letters, digits and signs without accents, and no spaces: paste the token alone.")
            )
        return token

    def clean_user_name(self) -> str:
        name = str(self.cleaned_data["user_name"])
        if ":" in name or not name.isprintable():
            raise ValidationError(_("A user name holds no colon and nothing invisible."))
        return name

    def clean(self) -> dict[str, Any]:
        super().clean()
        certificate, key = self.cleaned_data.get("tls_certificate"), self.cleaned_data.get("tls_key")
        if certificate or key:
            self._check_certificate(certificate or "", key or "")
        if not self.errors:
            self._check_chosen()
        if self.errors:
            # A secret that was typed is not sent back to the page.
            self.data = {name: value for name, value in self.data.items() if name not in self.SECRET}
        return self.cleaned_data

    def _check_certificate(self, certificate: str, key: str) -> None:
        if not certificate or not key:
            self.add_error(
                "tls_key" if certificate else "tls_certificate", _("A certificate and its private key are changed together.")
            )
            return
        try:
            check_certificate(certificate, now=timezone.now())
        except ValidationError as error:
            self.add_error("tls_certificate", error)
            return
        try:
            check_pair(certificate, key)
        except ValidationError as error:
            self.add_error("tls_key", error)

    def _check_chosen(self) -> None:
        def there(name: str) -> bool:
            return bool(self.cleaned_data.get(name) or getattr(self.server, name))

        missing = {
            Authentication.BEARER: [("bearer_token", _("Enter the token."))],
            Authentication.BASIC: [("password", _("Enter the password."))],
            Authentication.CERTIFICATE: [("tls_certificate", _("Enter the certificate and its key."))],
        }.get(Authentication(self.cleaned_data["authentication"]), [])
        for name, sentence in missing:
            if not there(name):
                self.add_error(name, sentence)
        if self.cleaned_data["authentication"] == Authentication.BASIC and not self.cleaned_data["user_name"]:
            self.add_error("user_name", _("Enter the user name."))

    def values(self) -> dict[str, str]:
        """What is to be stored: a secret that was left empty stays as it is."""
        given = dict(self.cleaned_data)
        return {name: value for name, value in given.items() if value or name in ("authentication", "user_name")}


class MessagesForm(PageForm):
    """By what the portal knows the server, when it sends contact messages."""

    messages_key = forms.CharField(
        label=gettext_lazy("Public key of the server (ES256)"),
        required=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea({**PLAIN, "rows": 4, "class": "mono"}),
        help_text=gettext_lazy("Hexadecimal digits, base64, PEM or JWK. Empty: the server sends no contact messages by token."),
    )
    client_certificate = forms.CharField(
        label=gettext_lazy("Client certificate of the server"),
        required=False,
        max_length=300,
        widget=forms.TextInput({**PLAIN, "class": "mono"}),
        help_text=gettext_lazy("What the proxy writes for it: fingerprint (SHA-256) or subject. Empty: not by certificate."),
    )

    def __init__(self, *args: Any, server: ServerAuthority, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.server = server
        self.initial = {
            "messages_key": server.messages_key,
            "client_certificate": server.client_certificate,
            **self.initial,
        }

    def clean_messages_key(self) -> str:
        text = str(self.cleaned_data["messages_key"]).strip()
        if not text:
            return ""
        try:
            key = public_key_hex(read_public_key(text.encode()))
        except PrivateKeyGiven as error:
            self.data = {**self.data, "messages_key": ""}
            raise ValidationError(what_is_wrong(error), code=error.code) from None
        except BadKey as error:
            raise ValidationError(what_is_wrong(error), code=error.code) from None
        validate_public_key(key)
        return self._of_one_server("messages_key", key)

    def clean_client_certificate(self) -> str:
        text = str(self.cleaned_data["client_certificate"]).strip()
        return self._of_one_server("client_certificate", text) if text else ""

    def _of_one_server(self, name: str, value: str) -> str:
        if ServerAuthority.objects.filter(**{name: value}).exclude(pk=self.server.pk).exists():
            raise ValidationError(_("Another server has this one: whoever sends a message is known by it."))
        return value


class ExposureForm(PageForm):
    """The default of the server."""

    slot_minutes = forms.IntegerField(
        label=gettext_lazy("Length of a slot (minutes)"),
        min_value=1,
        max_value=1440,
        help_text=gettext_lazy("30 at the deployed server."),
    )
    slots_before = forms.IntegerField(
        label=gettext_lazy("Slots flagged before that of the instant"), min_value=0, max_value=MOST_SLOTS
    )
    slots_after = forms.IntegerField(label=gettext_lazy("Slots flagged after it"), min_value=0, max_value=MOST_SLOTS)

    def __init__(self, *args: Any, server: ServerAuthority, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {
            "slot_minutes": server.slot_seconds // 60,
            "slots_before": server.slots_before,
            "slots_after": server.slots_after,
            **self.initial,
        }


class VenueTypeRuleForm(forms.Form):
    use_required_attribute = False

    venue_type = forms.TypedChoiceField(label=gettext_lazy("Type of place"), coerce=int)
    slots_before = forms.IntegerField(label=gettext_lazy("Slots before"), min_value=0, max_value=MOST_SLOTS)
    slots_after = forms.IntegerField(label=gettext_lazy("Slots after"), min_value=0, max_value=MOST_SLOTS)

    def __init__(self, *args: Any, types: dict[int, VenueType], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = [(number, f"{number} – {types[number].label}" if number in types else str(number)) for number in range(32)]
        self.fields["venue_type"].choices = [("", "–"), *numbers]  # type: ignore[attr-defined]


class VenueTypeRules(BaseFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        seen: set[int] = set()
        for form in self.forms:
            number = form.cleaned_data.get("venue_type") if form.is_valid() and not form.cleaned_data.get("DELETE") else None
            if number in seen:
                form.add_error("venue_type", _("This venue type has a rule already."))
            if isinstance(number, int):
                seen.add(number)

    def rules(self) -> dict[int, tuple[int, int]]:
        kept = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        return {one["venue_type"]: (one["slots_before"], one["slots_after"]) for one in kept}


VenueTypeRuleFormSet: type[VenueTypeRules] = formset_factory(
    VenueTypeRuleForm, formset=VenueTypeRules, extra=1, can_delete=True, max_num=32, validate_max=True, absolute_max=64
)  # type: ignore[assignment]


class ServerKeyForm(PublicKeyForm):
    valid_from = forms.DateTimeField(
        label=gettext_lazy("New codes use it from"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local", "step": 60}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("Empty: from now on. A date in the future plans a rotation."),
    )

    def clean_valid_from(self) -> datetime | None:
        moment: datetime | None = self.cleaned_data["valid_from"]
        if moment is not None and abs(moment - timezone.now()) > timedelta(days=3650):
            raise ValidationError(_("Choose a date within ten years of today."))
        return moment
