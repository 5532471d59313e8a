"""What makes a country, in groups: the steps of the assistant, and the pages on which it is changed later."""

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.accounts.forms import PageForm
from clea_portal.administration.link_checks import check_host, check_prefix, clashes
from clea_portal.authorities.enums import AsynchronousStyle, Deployment
from clea_portal.authorities.models import Country
from clea_portal.authorities.time_zones import PLACES, validate_time_zones, zone_named
from clea_portal.codes.printing.choices import language_choices
from clea_portal.posters.names import clean_line

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise

# What the protocol counts on: phones keep visits for so long, and lists show clusters for so long.
PROTOCOL_DAYS = 14
MOST_DAYS = 365


class GroupForm(PageForm):
    """``country``: the one that is changed; None for a new one. Its fields are named as the country's are."""

    def __init__(self, *args: Any, country: Country | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country
        if country is not None:
            self.initial = {**{name: self.shown(getattr(country, name)) for name in self.fields}, **self.initial}

    @staticmethod
    def shown(value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value

    def answers(self) -> dict[str, Any]:
        """What was given, as the country's fields take it and JSON can hold it."""
        return dict(self.cleaned_data)


def yes_or_no(label: "Words", yes: "Words", no: "Words", *, initial: str, **options: Any) -> forms.Field:
    return forms.TypedChoiceField(
        label=label,
        choices=[("yes", yes), ("no", no)],
        coerce=lambda text: text == "yes",
        widget=forms.RadioSelect,
        initial=initial,
        **options,
    )


class IdentityForm(GroupForm):
    code = forms.CharField(
        label=gettext_lazy("Country code (ISO)"),
        max_length=2,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=gettext_lazy("Two letters, as in internet addresses: FR, BE, DE."),
    )
    name_fr = forms.CharField(label=gettext_lazy("Name in French"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=80)
    issues_codes = yes_or_no(
        gettext_lazy("Where its codes are made"),
        gettext_lazy("here: venues and events of this country make their codes with this portal"),
        gettext_lazy("elsewhere: this portal only declares clusters to its server, for codes that people bring from there"),
        initial="yes",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.country is not None:
            # Addresses and other portals know it by its code, and what stands on posters cannot become foreign.
            del self.fields["code"], self.fields["issues_codes"]

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).upper()
        if not re.fullmatch(r"[A-Z]{2}", code):
            raise ValidationError(_("Two letters from A to Z."))
        if Country.objects.filter(code=code).exists():
            raise ValidationError(_("%(code)s is there already."), params={"code": code})
        return code

    def clean_name_fr(self) -> str:
        return _line(self.cleaned_data["name_fr"])

    def clean_name_en(self) -> str:
        return _line(self.cleaned_data["name_en"])


def _line(text: str) -> str:
    if not (line := clean_line(text)):
        raise ValidationError(_("Give a name that can be read: letters or numbers."))
    return line


class LinksForm(GroupForm):
    host = forms.CharField(
        label=gettext_lazy("Host"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "class": "mono"}),
        help_text=gettext_lazy("A link's host tells its country: tac.gouv.fr"),
    )
    prefix = forms.CharField(  # type: ignore[assignment]
        label=gettext_lazy("Prefix"),
        # Longer than what fits, so that the arithmetic can be shown.
        max_length=200,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "class": "mono"}),
        help_text=gettext_lazy("What all links of its codes begin with, up to and with #: https://tac.gouv.fr?v=0#"),
    )

    def clean_host(self) -> str:
        host = str(self.cleaned_data["host"]).strip().lower()
        if not re.fullmatch(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", host):
            raise ValidationError(_("A name like tac.gouv.fr: without https:// and without a path."))
        return host

    def clean_prefix(self) -> str:
        prefix = str(self.cleaned_data["prefix"]).strip()
        check_prefix(prefix)
        return prefix

    def clean(self) -> dict[str, Any]:
        super().clean()
        prefix, host = self.cleaned_data.get("prefix"), self.cleaned_data.get("host")
        if prefix and host:
            try:
                check_host(prefix, host)
            except ValidationError as error:
                self.add_error("host", error)
            for clash in clashes(prefix=prefix, host=host, country=self.country):
                self.add_error("prefix", clash)
        return self.cleaned_data


DEPLOYMENTS = {
    Deployment.CENTRAL: gettext_lazy(
        "1: contact tracing at the centre. Phones upload after an interview, with a code that an agent reads out. Codes carry the"
        " place's contact, for contact tracing only. Agents register cases, and declare clusters."
    ),
    Deployment.EDGE: gettext_lazy(
        "2: contact tracing at the edge. Phones upload by themselves; contact tracing is told of clusters and declares those from"
        " paper registers. Codes carry the place's contact, for contact tracing only."
    ),
    Deployment.NONE: gettext_lazy(
        "3: no contact tracing. Codes carry no contact, nothing links to paper registers, and no page of contact tracing exists."
    ),
}
STYLES = {
    AsynchronousStyle.TYPE_1: gettext_lazy(
        "LSP type 1, as specified: the code itself says when the visit counts. Phones and the cluster server must know type 1."
    ),
    AsynchronousStyle.PARAMETER: gettext_lazy(
        "LSP type 0 with the t parameter: the link says when the visit counts, as the deployed phone application reads it."
    ),
}


class DeploymentForm(GroupForm):
    deployment = forms.TypedChoiceField(
        label=gettext_lazy("Deployment"),
        choices=list(DEPLOYMENTS.items()),
        coerce=int,
        widget=forms.RadioSelect,
        initial=Deployment.EDGE,
    )
    asynchronous_style = forms.ChoiceField(
        label=gettext_lazy("Codes for invitations and tickets, scanned before or after the event"),
        choices=list(STYLES.items()),
        widget=forms.RadioSelect,
        initial=AsynchronousStyle.TYPE_1,
    )


class ZonesField(forms.CharField):
    """Names of time zones, one a line, read generously; a list once it is valid."""

    widget = forms.Textarea({"rows": 4, "class": "mono", "autocomplete": "off", "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        lines = re.split(r"[\n,;]", super().to_python(self.prepare_value(value)) or "")
        zones = list(dict.fromkeys(zone_named(line) for line in lines if line.strip()))
        validate_time_zones(zones)
        return zones


class LanguagesForm(GroupForm):
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages of its posters and screens"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Those that places of this country are offered. The portal itself speaks French and English."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Main time zone"),
        choices=[(zone, zone.replace("_", " ")) for zone in PLACES],
        initial="Europe/Paris",
        help_text=gettext_lazy("That of the capital. Days of posters and hours of cases are hours of this zone."),
    )
    other_time_zones = ZonesField(
        label=gettext_lazy("Other time zones of the country (optional)"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy(
            "One a line, for instance America/Guadeloupe. Places and events choose among these first; each keeps its own hours."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = language_choices()
        self.fields["languages"].choices = choices  # type: ignore[attr-defined]
        self.initial = {"languages": [code for code, _label in choices], **self.initial}

    def clean(self) -> dict[str, Any]:
        super().clean()
        main, others = self.cleaned_data.get("time_zone"), self.cleaned_data.get("other_time_zones", [])
        self.cleaned_data["other_time_zones"] = [zone for zone in others if zone != main]
        return self.cleaned_data


def _days(label: "Words", initial: int, *, ground: "Words") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=MOST_DAYS, initial=initial, help_text=ground)


class RulesForm(GroupForm):
    application_name = forms.CharField(
        label=gettext_lazy("Name of the phone application"),
        max_length=60,
        initial="CLÉA",
        help_text=gettext_lazy("Posters say: scan with …"),
    )
    application_site = forms.CharField(
        label=gettext_lazy("Where people get it (optional)"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("A short address, printed on posters."),
    )
    poster_header = forms.CharField(
        label=gettext_lazy("Line at the top of posters (optional)"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("The authority that stands behind the codes, for instance."),
    )
    renewal_days = _days(
        gettext_lazy("Advice to places: renew a static code after (days)"),
        7,
        ground=gettext_lazy("Printed on posters. Until a code is renewed, a photo of it can be scanned from anywhere."),
    )
    horizon_days = _days(
        gettext_lazy("Oldest exposure that can be declared (days)"),
        PROTOCOL_DAYS,
        ground=gettext_lazy("14: phones keep their visits for 14 days; what is older warns nobody."),
    )
    code_retention_days = _days(
        gettext_lazy("Replaced codes are deleted after (days)"),
        15,
        ground=gettext_lazy("14 at least: for 14 days, a place must be able to give contact tracing the code of a past day."),
    )
    register_days = _days(
        gettext_lazy("Paper registers are destroyed after (days)"),
        PROTOCOL_DAYS,
        ground=gettext_lazy("14 at least: for 14 days, somebody who signed there may have to be warned. Printed on each sheet."),
    )
    register_page_retention_days = _days(
        gettext_lazy("Register pages sent by contacts are deleted after (days)"), 15, ground=gettext_lazy("Encrypted until then.")
    )
    case_retention_days = _days(
        gettext_lazy("Cases are deleted this many days after they are closed"),
        30,
        ground=gettext_lazy("14 at least: until then, a cluster of the same place must be recognised as declared already."),
    )
    message_retention_days = _days(
        gettext_lazy("Contact messages are deleted this many days after they came"),
        15,
        ground=gettext_lazy("Phone and PIN of the place go earlier, as soon as nothing is left to do."),
    )
    register_notice = forms.CharField(
        label=gettext_lazy("Notice on paper registers (optional)"),
        max_length=800,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("What they are for, how long they are kept, who may ask for them. Empty: the usual words."),
    )
    hold_seconds = forms.IntegerField(
        label=gettext_lazy("Hold time before a declaration is sent (seconds)"),
        min_value=0,
        max_value=86400,
        initial=300,
        help_text=gettext_lazy("Until it is over, a declaration can be withdrawn. A form server takes nothing back after that."),
    )
    four_eyes = yes_or_no(
        gettext_lazy("Four eyes"),
        gettext_lazy("a second person approves every declaration"),
        gettext_lazy("whoever is at work on a case declares it alone"),
        initial="no",
    )

    inactive_days = forms.IntegerField(
        label=gettext_lazy("Access of contact tracing people and administrators ends after (days without signing in)"),
        min_value=8,
        max_value=MOST_DAYS,
        initial=90,
        help_text=gettext_lazy("8 at least: a week before, they are told by mail. The last administrator keeps access."),
    )

    # Days, and why fewer would break what the protocol promises.
    LEAST = {
        "horizon_days": gettext_lazy(
            "Phones keep their visits for 14 days: with fewer here, people who could be warned would not be."
        ),
        "code_retention_days": gettext_lazy(
            "An infected person's visit may be 14 days old: with fewer here, the code of that day would be gone."
        ),
        "register_days": gettext_lazy(
            "An infected person's visit may be 14 days old: with fewer here, the register of that day would be gone."
        ),
        "case_retention_days": gettext_lazy(
            "Public lists show a cluster for 14 days: with fewer here, it could be declared a second time."
        ),
    }

    def clean(self) -> dict[str, Any]:
        super().clean()
        for name, why in self.LEAST.items():
            if self.cleaned_data.get(name, PROTOCOL_DAYS) < PROTOCOL_DAYS:
                self.add_error(name, ValidationError(_("14 at least. %(why)s"), params={"why": why}))
        for name in ("application_name", "application_site", "poster_header"):
            if name in self.cleaned_data:
                self.cleaned_data[name] = clean_line(self.cleaned_data[name])
        return self.cleaned_data
