from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.accounts.forms import PageForm
from clea_portal.administration.profile_reading import MAX_BYTES

MOST_SENTENCES = 20


class ProfileForm(PageForm):
    """``cleaned_data["content"]``: the bytes that were pasted or uploaded."""

    pasted = forms.CharField(
        label=gettext_lazy("Profile (JSON)"),
        required=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea({"rows": 8, "class": "mono", "autocomplete": "off", "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=gettext_lazy("or a file with it"), required=False, help_text=gettext_lazy("JSON, 64 kB at most.")
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        pasted, file = self.cleaned_data.get("pasted", ""), self.cleaned_data.get("file")
        if self.errors:
            return self.cleaned_data
        if bool(pasted.strip()) == bool(file):
            raise ValidationError(_("Paste the profile, or choose a file with it: one of the two."))
        self.cleaned_data["content"] = file.read(MAX_BYTES + 1) if file else pasted.encode()
        return self.cleaned_data

    def refuse(self, sentences: list[str]) -> None:
        name = "file" if self.cleaned_data.get("file") else "pasted"
        for sentence in sentences[:MOST_SENTENCES]:
            self.add_error(name, sentence)
