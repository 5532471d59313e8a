"""Forms for rooms, and for their tables: those of venues and of events are alike."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clea_portal.codes.tables import (
    FILE_LIMIT,
    ROOM_NAME_LIMIT,
    TEXT_LIMIT,
    NoList,
    Understood,
    decode_list,
    understand_labels,
    understand_names,
)

MOST_ROOMS_AT_ONCE = 100


class _Form(forms.Form):
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class RoomsForm(_Form):
    """One room or many: a name a line."""

    names = forms.CharField(
        label=gettext_lazy("Names of rooms"),
        help_text=gettext_lazy("One on each line: you can paste a column of a table."),
        max_length=MOST_ROOMS_AT_ONCE * (ROOM_NAME_LIMIT + 2),
        widget=forms.Textarea({"rows": 3, "dir": "auto", "autocomplete": "off"}),
    )
    independent = forms.TypedChoiceField(
        label=gettext_lazy("Their codes"),
        choices=[
            ("yes", gettext_lazy("Codes of their own: a warning reaches only those who were in that room")),
            ("no", gettext_lazy("The code of the whole place, printed with the room’s name")),
        ],
        coerce=lambda value: value == "yes",
        initial="yes",
        widget=forms.RadioSelect,
    )

    def clean_names(self) -> tuple[str, ...]:
        understood = understand_names(self.cleaned_data["names"], limit=ROOM_NAME_LIMIT)
        if understood.misread:
            raise ValidationError([_line(found.line, found.text, found.why) for found in understood.misread[:10]])
        if not understood.labels:
            raise ValidationError(_("Write the name of at least one room."))
        if len(understood.labels) > MOST_ROOMS_AT_ONCE:
            raise ValidationError(_("Add at most %(number)s rooms at a time."), params={"number": MOST_ROOMS_AT_ONCE})
        return understood.labels


class RoomNameForm(_Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("It is printed under the name of the place and stands in no code."),
        max_length=200,
        widget=forms.TextInput({"dir": "auto", "autocomplete": "off"}),
    )

    def clean_name(self) -> str:
        understood = understand_names(self.cleaned_data["name"], limit=ROOM_NAME_LIMIT)
        if understood.misread:
            raise ValidationError(
                ngettext(
                    "This name is too long: shorten it to %(limit)s character.",
                    "This name is too long: shorten it to %(limit)s characters.",
                    ROOM_NAME_LIMIT,
                )
                % {"limit": ROOM_NAME_LIMIT}
            )
        if not understood.labels:
            raise ValidationError(_("Write the name of at least one room."))
        return understood.labels[0]


class TablesForm(_Form):
    """A list, typed, pasted or in a file; what was understood of it is shown before it is kept."""

    text = forms.CharField(
        label=gettext_lazy("Tables or seats"),
        help_text=gettext_lazy("One on each line, or with commas between. Ranges such as 1-40 or A1-A12 are written out."),
        required=False,
        max_length=TEXT_LIMIT,
        strip=False,
        widget=forms.Textarea({"rows": 6, "dir": "auto", "autocomplete": "off", "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file"),
        help_text=gettext_lazy("CSV or plain text. Of a spreadsheet, save the sheet as CSV."),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ".csv,.txt,.tsv,text/csv,text/plain"}),
    )

    def clean_file(self) -> str:
        file = self.cleaned_data["file"]
        if not file:
            return ""
        if file.size > FILE_LIMIT:
            raise ValidationError(
                _("This file is too large for a list of tables: it may have %(size)s KB."), params={"size": FILE_LIMIT // 1024}
            )
        try:
            return decode_list(file.read())
        except NoList as error:
            raise ValidationError(
                _("This file holds no text. In your spreadsheet, choose “Save as” and CSV, or paste the column above.")
            ) from error

    def clean(self) -> dict[str, Any]:
        pieces = [self.cleaned_data.get("text", ""), self.cleaned_data.get("file", "")]
        self.cleaned_data["list"] = "\n".join(piece for piece in pieces if piece.strip())
        return self.cleaned_data

    def understood(self) -> Understood:
        return understand_labels(self.cleaned_data["list"])


class KeptTablesForm(forms.Form):
    """The list as it was shown, sent back to be kept."""

    labels = forms.CharField(required=False, max_length=TEXT_LIMIT, strip=False)

    def understood(self) -> Understood:
        return understand_labels(self.cleaned_data["labels"])


def _line(line: int, text: str, why: str) -> str:
    return _("Line %(line)s: “%(text)s” %(why)s.") % {"line": line, "text": text, "why": why}
