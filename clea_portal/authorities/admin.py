"""Django's administration of authorities: the tool until screens of their own are there, and of last resort after that."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget, AdminSplitDateTime, AdminTimeWidget
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clea_portal.audit.trail import record_act
from clea_portal.authorities.belonging import country_code_of
from clea_portal.authorities.models import (
    Country,
    Region,
    ServerAuthority,
    ServerKey,
    Team,
    TracingAuthority,
    TracingKey,
    VenueCategory,
    VenueType,
)
from clea_portal.protocol.errors import ProtocolError
from clea_portal.protocol.keys import generate_private_key, parse_private_key, parse_public_key, private_key_hex, public_key_hex


class NamedMoment(AdminSplitDateTime):
    """Django's own leaves both of its fields without a name for those who do not see the page."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        widgets = [AdminDateWidget({"aria-label": _("Date")}), AdminTimeWidget({"aria-label": _("Time")})]
        forms.MultiWidget.__init__(self, widgets, attrs)


class Audited(admin.ModelAdmin):  # type: ignore[type-arg]
    """Every change, those in the tables below a form too, goes into the audit trail: names of fields, never their values."""

    formfield_overrides = {models.DateTimeField: {"widget": NamedMoment}}

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        record_act(actor=request.user, verb="created", on=obj, country=country_code_of(obj), pk=obj.pk)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        record_act(actor=request.user, verb="changed", on=obj, country=country_code_of(obj), pk=obj.pk, fields=message)
        return super().log_change(request, obj, message)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        record_act(actor=request.user, verb="deleted", on=obj, country=country_code_of(obj), pk=obj.pk)
        super().delete_model(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One by one only: a list's bulk deletion would pass by the audit trail."""
        return obj is not None and super().has_delete_permission(request, obj)


class CountryForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Country
        exclude: list[str] = []
        help_texts = {
            "deployment": _(
                "1: agents authorise phones' uploads by codes. 2: phones upload by themselves. 3: codes carry no contact, and no"
                " contact tracing page answers."
            )
        }


@admin.register(Country)
class CountryAdmin(Audited):
    form = CountryForm
    list_display = ["code", "name", "prefix", "deployment", "issues_codes"]


class ServerAuthorityForm(forms.ModelForm):  # type: ignore[type-arg]
    base_url = forms.URLField(label=_("address"), max_length=200, assume_scheme="https")
    list_url = forms.URLField(label=_("address of the public list"), max_length=200, assume_scheme="https")
    new_client_key = forms.CharField(
        label=_("private key of the portal (ES256), hex"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Leave empty to keep the present one. It is stored encrypted and never shown."),
    )

    class Meta:
        model = ServerAuthority
        fields = [
            "country",
            "name",
            "kind",
            "base_url",
            "list_url",
            "accepts_type_1",
            "slot_seconds",
            "slots_before",
            "slots_after",
            "messages_key",
            "client_certificate",
        ]

    def clean_messages_key(self) -> str:
        text: str = self.cleaned_data["messages_key"].strip()
        try:
            return public_key_hex(parse_public_key(text)) if text else ""
        except ProtocolError:
            # validate_public_key says what is wrong with it
            return text

    def clean_new_client_key(self) -> str:
        return _private_key(self.cleaned_data["new_client_key"])

    def save(self, commit: bool = True) -> Any:
        if self.cleaned_data["new_client_key"]:
            self.instance.client_key = self.cleaned_data["new_client_key"]
        return super().save(commit)


def _private_key(text: str) -> str:
    try:
        return private_key_hex(parse_private_key(text)) if text else ""
    except ProtocolError as error:
        raise forms.ValidationError(_("This is not a private key on the curve P-256.")) from error


@admin.register(ServerAuthority)
class ServerAuthorityAdmin(Audited):
    form = ServerAuthorityForm
    list_display = ["name", "country", "kind", "base_url"]


@admin.register(ServerKey)
class ServerKeyAdmin(Audited):
    list_display = ["authority", "fingerprint", "valid_from"]
    readonly_fields = ["fingerprint"]


@admin.register(TracingAuthority)
class TracingAuthorityAdmin(Audited):
    list_display = ["name", "country"]


class TracingKeyForm(forms.ModelForm):  # type: ignore[type-arg]
    imported = forms.CharField(
        label=_("private key, hex"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Leave empty to have a new pair made here. It is stored encrypted and never shown."),
    )

    class Meta:
        model = TracingKey
        fields = ["authority", "valid_from"]

    def clean_imported(self) -> str:
        return _private_key(self.cleaned_data["imported"])

    def clean(self) -> dict[str, Any]:
        """Give a new row its pair, which the row's own checks ask for; one with a bad import is not saved."""
        if self.instance.pk is None:
            imported = self.cleaned_data.get("imported")
            key = parse_private_key(imported) if imported else generate_private_key()
            self.instance.private_key = private_key_hex(key)
            self.instance.public_key = public_key_hex(key.public_key())
        return self.cleaned_data


@admin.register(TracingKey)
class TracingKeyAdmin(Audited):
    form = TracingKeyForm
    list_display = ["authority", "fingerprint", "valid_from"]
    readonly_fields = ["fingerprint"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A pair comes in once: another one is another generation."""
        return ["authority", "valid_from", "fingerprint" if obj else "imported"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Old generations stay able to read until the last code that used them has expired."""
        return False


@admin.register(Region)
class RegionAdmin(Audited):
    list_display = ["country", "number", "name"]
    list_filter = ["country"]
    search_fields = ["name"]


@admin.register(Team)
class TeamAdmin(Audited):
    list_display = ["name", "region"]


@admin.register(VenueType)
class VenueTypeAdmin(Audited):
    list_display = ["country", "number", "letters", "label_fr", "label_en", "position", "retired"]


@admin.register(VenueCategory)
class VenueCategoryAdmin(Audited):
    list_display = ["country", "level", "number", "label_fr", "label_en"]
