"""Which lines of the log are shown or exported."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.accounts.models import User
from clea_portal.administration.log import events_of
from clea_portal.administration.log_words import act_of
from clea_portal.authorities.models import Country

_DAY = {"type": "date"}


class LogFilter(forms.Form):
    """What stands in the address. The choices are what the log has: two queries."""

    use_required_attribute = False

    verb = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    person = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=forms.DateInput(_DAY, format="%Y-%m-%d"))
    until = forms.DateField(label=gettext_lazy("to"), required=False, widget=forms.DateInput(_DAY, format="%Y-%m-%d"))

    def __init__(self, *args: Any, country: Country, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        events = events_of(country).order_by()
        verbs = sorted((act_of(verb, {}), verb) for verb in events.values_list("verb", flat=True).distinct())
        people = User.objects.filter(pk__in=events.filter(actor__isnull=False).values("actor").distinct()).order_by("email")
        self.people = {str(uuid): (pk, email) for pk, uuid, email in people.values_list("pk", "uuid", "email")}
        self.fields["verb"].choices = [("", _("everything")), *((verb, words) for words, verb in verbs)]  # type: ignore[attr-defined]
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            ("", _("everybody")),
            *((uuid, email) for uuid, (_pk, email) in self.people.items()),
        ]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean(self) -> dict[str, Any]:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first."))
        return self.cleaned_data

    def chosen(self) -> dict[str, Any]:
        """For ``events_of``; nothing is left out where something is not right, and the form says so."""
        if not self.is_valid():
            return {}
        data = self.cleaned_data
        actor = self.people[data["person"]][0] if data["person"] else None
        return {"verb": data["verb"], "actor": actor, "since": data["since"], "until": data["until"]}
