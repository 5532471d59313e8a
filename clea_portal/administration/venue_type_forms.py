from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.accounts.forms import PageForm
from clea_portal.administration.venue_type_exchange import LABEL_LIMIT, LETTERS_LIMIT, MOST_BYTES, BadList, read_text
from clea_portal.administration.venue_types import HIGHEST_CATEGORY, HIGHEST_TYPE
from clea_portal.posters.names import clean_line


class LabelForm(PageForm):
    label_fr = forms.CharField(label=gettext_lazy("In French"), max_length=LABEL_LIMIT, widget=forms.TextInput({"lang": "fr"}))
    label_en = forms.CharField(label=gettext_lazy("In English"), max_length=LABEL_LIMIT, widget=forms.TextInput({"lang": "en"}))

    def clean_label_fr(self) -> str:
        return self._label("label_fr")

    def clean_label_en(self) -> str:
        return self._label("label_en")

    def _label(self, name: str) -> str:
        label = clean_line(self.cleaned_data[name])
        if not label:
            raise ValidationError(_("Give a name that can be read: letters or numbers."))
        return label


class TypeForm(LabelForm):
    letters = forms.CharField(
        label=gettext_lazy("Letters"),
        max_length=LETTERS_LIMIT,
        required=False,
        help_text=gettext_lazy("What the country’s regulations call it, if they do: N for restaurants in France."),
    )

    def clean_letters(self) -> str:
        return clean_line(self.cleaned_data["letters"]).upper()


class NewTypeForm(TypeForm):
    number = forms.IntegerField(
        label=gettext_lazy("Number in codes"), min_value=0, max_value=HIGHEST_TYPE, help_text=gettext_lazy("From 0 to 31.")
    )
    field_order = ["number", "letters", "label_fr", "label_en"]


class NewCategoryForm(LabelForm):
    level = forms.TypedChoiceField(
        label=gettext_lazy("Of what"),
        coerce=int,
        choices=[(1, gettext_lazy("Category 1: capacity")), (2, gettext_lazy("Category 2: floor area"))],
    )
    number = forms.IntegerField(
        label=gettext_lazy("Number in codes"), min_value=0, max_value=HIGHEST_CATEGORY, help_text=gettext_lazy("From 0 to 15.")
    )
    field_order = ["level", "number", "label_fr", "label_en"]


class JsonForm(PageForm):
    """``cleaned_data["document"]``: the list as it was read."""

    file = forms.FileField(
        label=gettext_lazy("File (JSON)"), required=False, widget=forms.FileInput({"accept": ".json,application/json"})
    )
    text = forms.CharField(
        label=gettext_lazy("or paste it here"),
        required=False,
        max_length=MOST_BYTES,
        widget=forms.Textarea({"rows": 8, "class": "mono", "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        file, text = self.cleaned_data.get("file"), self.cleaned_data.get("text", "")
        if self.errors:
            return self.cleaned_data
        if bool(text.strip()) == bool(file):
            raise ValidationError(_("Paste the list, or choose a file with it: one of the two."))
        try:
            self.cleaned_data["document"] = read_text(file.read(MOST_BYTES + 1).decode("utf-8-sig") if file else text)
        except UnicodeDecodeError:
            self.add_error("file", _("This is not JSON. Take the file that another portal exported."))
        except BadList as error:
            self.add_error("file" if file else "text", str(error))
        return self.cleaned_data
