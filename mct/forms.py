"""What agents write: the case, its pictures and links, and decisions."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from clea_portal.authorities.models import Region
from clea_portal.scanning.results import MAX_BYTES, MAX_PIXELS
from mct.camera import known_hosts
from mct.intake import MAX_PICTURES, NotALink, open_link
from mct.models import NOTES_LIMIT, REFERENCE_LIMIT, REMARK_LIMIT, Case
from mct.venue_types import number_of, offered_types, type_value
from mct.words import explain_link

MAX_SPAN = timedelta(hours=48)
MAX_LINKS = 10
MEGABYTE = 1024 * 1024
ACCEPTED_FILES = "image/jpeg,image/png,image/webp,image/heic,image/heif,image/avif,application/pdf,.heic,.heif,.avif"
MINUTES = "%Y-%m-%dT%H:%M"
WRITTEN = ("exposure_start", "exposure_end", "infected_count", "reference", "notes", "venue_type")


class MomentField(forms.DateTimeField):
    """A time of the wall clock in the person's zone, by the minute.

    In the hour that autumn repeats, ``fold`` 0 takes the first and 1 the second, so that a span from the one to the other loses
    nothing; an hour that spring leaves out is the hour after it. Refusing such times would leave no way to write them.
    """

    widget = forms.DateTimeInput({"type": "datetime-local", "step": 60}, format=MINUTES)

    def __init__(self, *, fold: int, **kwargs: Any) -> None:
        # Browsers without this kind of field show plain text, in which people write as they are used to.
        super().__init__(input_formats=[MINUTES, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"], **kwargs)
        self.fold = fold

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        for form in self.input_formats or ():
            try:
                moment = datetime.strptime(value.strip(), form)  # noqa: DTZ007 - the zone is given below
                return moment.replace(tzinfo=timezone.get_current_timezone(), fold=self.fold).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
        raise ValidationError(_("Write a day and a time, for instance 2026-06-12 14:30."))


class CaseForm(forms.Form):
    """What is known of a case. ``regions``: those of the person; ``case``: the one that is corrected, which keeps its region."""

    use_required_attribute = False

    exposure_start = MomentField(fold=0, label=gettext_lazy("From"))
    exposure_end = MomentField(fold=1, label=gettext_lazy("To"))
    infected_count = forms.IntegerField(
        label=gettext_lazy("Infected people"),
        min_value=1,
        max_value=999,
        initial=1,
        help_text=gettext_lazy("Who were there."),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), gettext_lazy("Write a number from 1 to 999.")),
    )
    region = forms.ModelChoiceField(
        label=gettext_lazy("Region"), queryset=Region.objects.none(), empty_label=gettext_lazy("Choose…")
    )
    reference = forms.CharField(
        label=gettext_lazy("Your reference"),
        max_length=REFERENCE_LIMIT,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=gettext_lazy("To find the case again, for instance the number in your own system. No names."),
    )
    venue_type = forms.ChoiceField(
        label=gettext_lazy("Type of place"),
        required=False,
        help_text=gettext_lazy("If you know it, for the figures. Stored encrypted."),
    )
    notes = forms.CharField(
        label=gettext_lazy("Notes"),
        max_length=NOTES_LIMIT,
        required=False,
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
        help_text=gettext_lazy("Stored encrypted. Your team sees them, nobody else."),
    )

    def __init__(self, *args: Any, regions: Sequence[Region], case: Case | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.regions = case, [case.region] if case else list(regions)
        self.now = timezone.now()
        if case:
            written = {name: getattr(case, name) for name in WRITTEN}
            written["venue_type"] = type_value(case.region.country, case.venue_type)
            self.initial = {**written, **self.initial}
        if len(self.regions) == 1:
            del self.fields["region"]
        else:
            choices = self.fields["region"]
            assert isinstance(choices, forms.ModelChoiceField)
            choices.queryset = Region.objects.filter(pk__in=[region.pk for region in self.regions]).select_related("country")
        self._offer_types()
        latest = timezone.localtime(self.now).strftime(MINUTES)
        for name in ("exposure_start", "exposure_end"):
            self.fields[name].widget.attrs["max"] = latest
        self.fields["exposure_end"].help_text = _("Time zone: %(zone)s. At most %(hours)d hours; two cases for more.") % {
            "zone": timezone.get_current_timezone_name(),
            "hours": MAX_SPAN.total_seconds() // 3600,
        }
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        people = [Column("infected_count", css_class="col-sm-4"), Column("reference", css_class="col-sm-8")]
        self.helper.layout = Layout(
            Row(Column("exposure_start", css_class="col-sm-6"), Column("exposure_end", css_class="col-sm-6")),
            *(["region"] if len(self.regions) > 1 else []),
            Row(*people),
            *(["venue_type"] if "venue_type" in self.fields else []),
            "notes",
        )

    def _offer_types(self) -> None:
        """Those of the regions' countries, or no question at all."""
        countries = {region.country_id: region.country for region in self.regions}.values()
        offered = offered_types(countries, besides=self.initial.get("venue_type", ""))
        if not offered:
            del self.fields["venue_type"]
            return
        choices = offered[0][1] if len(offered) == 1 else [(country.name, each) for country, each in offered]
        self.fields["venue_type"].choices = [("", _("Not known")), *choices]  # type: ignore[attr-defined]

    def clean_exposure_start(self) -> datetime:
        start: datetime = self.cleaned_data["exposure_start"]
        if start > self.now:
            raise ValidationError(_("This time is yet to come. Write when the infected person was there."))
        return start

    def clean_exposure_end(self) -> datetime:
        end: datetime = self.cleaned_data["exposure_end"]
        if end > self.now:
            raise ValidationError(_("This time is yet to come. If the person is still there, write the present time."))
        return end

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        start, end = data.get("exposure_start"), data.get("exposure_end")
        if start and end and end <= start:
            self.add_error("exposure_end", _("The end must be after the start."))
        elif start and end and end - start > MAX_SPAN:
            hours = MAX_SPAN.total_seconds() // 3600
            self.add_error(
                "exposure_end",
                _("This is more than %(hours)d hours after the start. Register one case for each stay.") % {"hours": hours},
            )
        value = data.get("venue_type")
        if value and "region" not in self.errors and not value.startswith(f"{self.chosen_region().country.code}-"):
            self.add_error("venue_type", _("Choose a type of the region's own country."))
        if end and "region" not in self.errors:
            days = self.chosen_region().country.horizon_days
            if end <= self.now - timedelta(days=days):
                self.add_error(
                    "exposure_end",
                    _("This is more than %(days)d days ago: nobody can be warned any more.") % {"days": days},
                )
        return data

    def chosen_region(self) -> Region:
        region: Region = self.cleaned_data.get("region") or self.regions[0]
        return region

    def details(self) -> dict[str, Any]:
        """What the verbs ``register_case`` and ``correct_case`` take, once the form is valid."""
        details = {name: self.cleaned_data.get(name) for name in WRITTEN}
        details["venue_type"] = number_of(details["venue_type"] or "")
        if self.case and "venue_type" not in self.fields:
            details["venue_type"] = self.case.venue_type
        for name in ("exposure_start", "exposure_end") if self.case else ():
            before = getattr(self.case, name)
            if timezone.localtime(before).strftime(MINUTES) == self.data.get(name):
                # What was not touched stays as it was, to the second.
                details[name] = before
        return details


class RegisterForm(CaseForm):
    """``number`` becomes the case's own, so that the same form sent twice makes one case."""

    number = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("number", uuid4())
        self.helper.layout.append("number")

    def renew_number(self) -> None:
        """Give a form that comes back another number."""
        self.data = {name: self.data[name] for name in self.data} | {"number": str(uuid4())}


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Several files, as a list of their contents. Kind and pixels are found out by the worker, which reads them."""

    def clean(self, data: Any, initial: Any = None) -> list[bytes]:
        files: list[UploadedFile[bytes]] = [file for file in data or [] if file]
        if len(files) > MAX_PICTURES:
            raise ValidationError(
                ngettext_lazy("Choose %(count)d file at most.", "Choose %(count)d files at most.", MAX_PICTURES),
                params={"count": MAX_PICTURES},
            )
        mistakes = [mistake for file in files if (mistake := _mistake(file))]
        if mistakes:
            raise ValidationError(mistakes)
        return [file.read() for file in files]


def _mistake(file: "UploadedFile[bytes]") -> ValidationError | None:
    if not file.size:
        return ValidationError(_("“%(file)s” is empty. Choose it again, or another one."), params={"file": file.name})
    if file.size > MAX_BYTES:
        return ValidationError(
            _("“%(file)s” has %(size)d MB, more than the %(limit)d MB allowed. Send a photo of the code alone."),
            params={"file": file.name, "size": -(-file.size // MEGABYTE), "limit": MAX_BYTES // MEGABYTE},
        )
    return None


class EvidenceForm(forms.Form):
    """Pictures of a code, or its link. ``needed``: whether an empty form is a mistake."""

    use_required_attribute = False

    pictures = PicturesField(
        label=gettext_lazy("Photos, scans or PDF of the code"),
        required=False,
        widget=ManyFilesInput({"accept": ACCEPTED_FILES, "multiple": True, "data-cut-out": "cut-out"}),
    )
    links = forms.CharField(
        label=gettext_lazy("Or the link in the code"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 2, "autocomplete": "off", "spellcheck": "false", "dir": "ltr", "class": "mono"}),
        help_text=gettext_lazy("If somebody sent you the text of the code: it begins with https://. One link a line."),
    )

    def __init__(self, *args: Any, needed: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.needed = needed
        self.fields["pictures"].help_text = _(
            "JPEG, PNG, WebP, HEIC, AVIF or PDF. Up to %(count)d files of %(megabytes)d MB and %(megapixels)d megapixels each."
        ) % {"count": MAX_PICTURES, "megabytes": MAX_BYTES // MEGABYTE, "megapixels": MAX_PIXELS // 1_000_000}
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_links(self) -> list[str]:
        links = [line.strip() for line in self.cleaned_data["links"].splitlines() if line.strip()]
        if len(links) > MAX_LINKS:
            raise ValidationError(_("Paste %(count)d links at most."), params={"count": MAX_LINKS})
        mistakes = []
        for number, link in enumerate(links, start=1):
            try:
                open_link(link)
            except NotALink as error:
                mistakes.append(
                    ValidationError(
                        _("Line %(number)d: %(mistake)s."), params={"number": number, "mistake": explain_link(error.args[0])}
                    )
                )
        if mistakes:
            raise ValidationError(mistakes)
        return links

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if self.needed and not self.errors and not data.get("pictures") and not data.get("links"):
            raise ValidationError(_("Choose a picture of the code, or paste its link."))
        return data

    def known_hosts(self) -> dict[str, str]:
        """For the camera beside the form."""
        return known_hosts()

    def ask_for_pictures_again(self) -> None:
        """Say that the chosen files are gone: a browser gives back what was typed, never what was chosen."""
        if self.files:
            self.add_error("pictures", _("Choose the files again: browsers do not keep them when a form comes back."))


class DecisionForm(forms.Form):
    """What became of a declaration whose outcome is unknown."""

    use_required_attribute = False

    ARRIVED, AGAIN = "arrived", "again"

    decision = forms.ChoiceField(label=gettext_lazy("What do you know?"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("How do you know?"),
        max_length=REMARK_LIMIT,
        widget=forms.Textarea({"rows": 2, "dir": "auto"}),
        help_text=gettext_lazy("It stays in the timeline of the case. No names of infected people."),
    )

    def __init__(self, *args: Any, counts_twice: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        again = (
            _("It did not arrive: send it again. If it did arrive after all, it counts twice.")
            if counts_twice
            else _("It did not arrive: send it again. If it did arrive after all, it still counts once.")
        )
        field = self.fields["decision"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(self.ARRIVED, _("It arrived: do not send it again.")), (self.AGAIN, again)]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
