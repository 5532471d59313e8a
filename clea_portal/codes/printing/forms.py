"""The form of the print page."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from clea_portal.codes.messages import replaced_message
from clea_portal.codes.printing.choices import copies_choices, language_choices, output_choices, preferred_language
from clea_portal.codes.printing.models import OwnLogo
from clea_portal.codes.printing.options import CopiesFor, PrintOptions, day_of
from clea_portal.codes.printing.subjects import Subject
from clea_portal.posters.colours import DEFAULT_ACCENT, clean_accent
from clea_portal.posters.errors import BadPoster
from clea_portal.posters.layouts import Layout
from clea_portal.posters.poster import LANGUAGES

SMALLEST_WIDTH, LARGEST_WIDTH = 10, 1000


class PrintForm(forms.Form):
    use_required_attribute = False

    output = forms.ChoiceField(label=gettext_lazy("Layout"))
    width = forms.IntegerField(
        label=gettext_lazy("Width in print, of the picture (PNG), in millimetres"),
        min_value=SMALLEST_WIDTH,
        max_value=LARGEST_WIDTH,
        initial=80,
        required=False,
    )
    keys = forms.MultipleChoiceField(label=gettext_lazy("Codes"), widget=forms.CheckboxSelectMultiple)
    first_day = forms.DateField(label=gettext_lazy("First day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    last_day = forms.DateField(label=gettext_lazy("Last day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    copies_for = forms.ChoiceField(
        label=gettext_lazy("Copies"), widget=forms.RadioSelect, initial=CopiesFor.PLACES, required=False
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    second_language = forms.ChoiceField(label=gettext_lazy("Second language"), required=False)
    large_print = forms.BooleanField(
        label=gettext_lazy("Large print"), help_text=gettext_lazy("where the layout has room for it"), required=False
    )
    fill = forms.BooleanField(
        label=gettext_lazy("A whole sheet of each"),
        required=False,
    )
    accent = forms.CharField(
        label=gettext_lazy("Accent colour"), widget=forms.TextInput({"type": "color"}), initial=DEFAULT_ACCENT
    )
    logo = forms.ChoiceField(label=gettext_lazy("Logo"), required=False)

    def __init__(self, *args: Any, subject: Subject, logos: list[OwnLogo], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject
        self._choices("output").choices = output_choices()
        self.offered = subject.printables[0].place.country.languages if subject.printables else list(LANGUAGES)
        languages = language_choices(self.offered)
        self._choices("language").choices = languages
        self._choices("second_language").choices = [("", pgettext("language", "none")), *languages]
        self._offer_codes()
        self._offer_copies()
        self._offer_logos(logos)
        self.initial = {**self._initial(), **self.initial}

    def options(self) -> PrintOptions:
        """What was chosen, once the form is valid."""
        chosen = self.cleaned_data
        return PrintOptions(
            output=chosen["output"],
            languages=tuple(filter(None, (chosen["language"], chosen["second_language"]))),
            keys=tuple(chosen["keys"]),
            copies_for=CopiesFor(chosen.get("copies_for") or CopiesFor.PLACES),
            large_print=chosen["large_print"],
            accent=chosen["accent"],
            logo=chosen.get("logo", ""),
            fill=chosen["fill"],
            width=chosen["width"] or self.fields["width"].initial,
        )

    def default_options(self) -> PrintOptions:
        """What the empty form stands for."""
        initial = {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}
        return PrintOptions(
            output=initial["output"],
            languages=(initial["language"],),
            keys=tuple(self.initial["keys"]),
            logo=initial.get("logo") or "",
            fill=initial["fill"],
        )

    def clean_accent(self) -> str:
        try:
            return clean_accent(self.cleaned_data["accent"])
        except BadPoster as error:
            raise forms.ValidationError(str(error), code=error.code) from error

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        if chosen.get("language") and chosen.get("language") == chosen.get("second_language"):
            self.add_error("second_language", _("Choose another one, or none."))
        if self.subject.by_day and "first_day" in chosen and "last_day" in chosen:
            days = (chosen["first_day"], chosen["last_day"])
            chosen["keys"] = [printable.key for printable in self.subject.printables if days[0] <= day_of(printable) <= days[1]]
            if not chosen["keys"]:
                self.add_error("first_day", _("There is no code between these two days."))
        if chosen.get("copies_for") == CopiesFor.TABLES and not self._tables(chosen.get("keys", ())):
            self.add_error("copies_for", _("No table or seat is known of what you chose."))
        return chosen

    def _initial(self) -> dict[str, Any]:
        initial = {
            "output": Layout.A4,
            "language": preferred_language(self.offered),
            "keys": [printable.key for printable in self.subject.printables],
            "fill": len(self.subject.printables) == 1,
        }
        if self.subject.by_day:
            first, last = self._days()
            initial |= {"first_day": first, "last_day": last}
        return initial

    def _days(self) -> tuple[date, date]:
        days = [day_of(printable) for printable in self.subject.printables]
        return min(days), max(days)

    def _offer_codes(self) -> None:
        if self.subject.by_day:
            del self.fields["keys"]
            return
        del self.fields["first_day"], self.fields["last_day"]
        keys = self._choices("keys")
        keys.choices = [(printable.key, printable.choice) for printable in self.subject.printables]
        keys.error_messages |= {
            # A code that was offered and is not there any more has been renewed in the meantime.
            "invalid_choice": replaced_message(),
            "required": _("Choose at least one."),
        }
        if len(self.subject.printables) == 1:
            keys.widget = forms.MultipleHiddenInput()

    def _offer_copies(self) -> None:
        if any(printable.tables for printable in self.subject.printables):
            self._choices("copies_for").choices = copies_choices()
        else:
            del self.fields["copies_for"]

    def _offer_logos(self, logos: list[OwnLogo]) -> None:
        if not logos:
            del self.fields["logo"]
            return
        self._choices("logo").choices = [("", pgettext("logo", "none"))] + [
            (str(logo.uuid), _("your organisation’s") if logo.remembered else _("the one just sent")) for logo in logos
        ]
        self.initial["logo"] = str(logos[0].uuid)

    def _tables(self, keys: Any) -> bool:
        return any(printable.tables for printable in self.subject.printables if printable.key in set(keys))

    def _choices(self, name: str) -> forms.ChoiceField:
        return cast(forms.ChoiceField, self.fields[name])
