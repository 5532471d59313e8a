from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.accounts.forms import PageForm
from clea_portal.administration.region_list import MOST_BYTES, MOST_CHARACTERS
from clea_portal.administration.regions import HIGHEST, NAME_LIMIT, number_of
from clea_portal.authorities.models import Country
from clea_portal.codes.tables import NoList, decode_list
from clea_portal.posters.names import clean_line


class NamedForm(PageForm):
    """A name of one line."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=NAME_LIMIT, widget=forms.TextInput({"autocomplete": "off", "dir": "auto"})
    )

    def clean_name(self) -> str:
        name = clean_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError(_("Give a name that can be read: letters or numbers."))
        return name


class RegionForm(NamedForm):
    """``cleaned_data["number"]``: the region byte."""

    number = forms.CharField(label=gettext_lazy("Number"), max_length=10, widget=forms.TextInput({"autocomplete": "off"}))
    field_order = ["number", "name"]

    def __init__(self, *args: Any, country: Country, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country
        self.fields["number"].help_text = (
            _("From 0 to %(highest)s, or the code of a department: 38, 2A, 971.") % {"highest": HIGHEST}
            if country.code == "FR"
            else _("From 0 to %(highest)s.") % {"highest": HIGHEST}
        )

    def clean_number(self) -> int:
        number = number_of(self.cleaned_data["number"], country=self.country)
        if number is None:
            raise ValidationError(_("This is no number from 0 to %(highest)s."), params={"highest": HIGHEST})
        return number


class ListForm(PageForm):
    """``cleaned_data["list"]``: the text that was pasted, or that the file holds."""

    file = forms.FileField(
        label=gettext_lazy("File (CSV)"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ".csv,.txt,.tsv,text/csv,text/plain"}),
    )
    text = forms.CharField(
        label=gettext_lazy("or paste the list here"),
        required=False,
        strip=False,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea({"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_file(self) -> str:
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is None:
            return ""
        if (file.size or 0) > MOST_BYTES:
            message = _("This file is larger than %(kilobytes)s kB. A list of regions is shorter.")
            raise ValidationError(message, params={"kilobytes": MOST_BYTES // 1024})
        try:
            return decode_list(file.read())
        except NoList:
            raise ValidationError(
                _("This is not a list in text form. Save it as CSV in your spreadsheet, then choose it again.")
            ) from None

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        chosen["list"] = chosen.get("file") or chosen.get("text") or ""
        if not self.errors and not chosen["list"].strip():
            self.add_error("file", _("Choose a file, or paste a list."))
        return chosen
