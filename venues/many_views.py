"""Many venues at once: a list comes in, or goes out."""

from typing import Any
from uuid import uuid4, uuid5

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from clea_portal.accounts.forms import PageForm
from clea_portal.accounts.models import Organisation
from clea_portal.accounts.person import person
from clea_portal.codes.access import organisations_to_write_for, to_first_organisation
from clea_portal.codes.tables import NoList, decode_list
from clea_portal.jobs.running import TooManyJobs, order, too_many_message
from venues.exporting import venues_as_csv
from venues.importing import MOST_BYTES, MOST_CHARACTERS, MOST_ROWS, understand
from venues.models import Venue

MOST_SHOWN = 10


class ImportForm(PageForm):
    organisation = forms.ModelChoiceField(label=gettext_lazy("Organisation"), queryset=Organisation.objects.none())
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
    # Made with the page on which the list is looked at, so that confirming it twice makes its venues once.
    batch = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, organisations: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Organisation.objects.filter(pk__in=[organisation.pk for organisation in organisations]).select_related("country")
        self.fields["organisation"].queryset = own  # type: ignore[attr-defined]
        self.fields["organisation"].initial = organisations[0]
        if len(organisations) == 1:
            self.fields["organisation"].widget = forms.HiddenInput()

    def clean_file(self) -> str:
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is None:
            return ""
        if (file.size or 0) > MOST_BYTES:
            message = _("This file is larger than %(megabytes)s MB. Divide it into several.")
            raise ValidationError(message, params={"megabytes": MOST_BYTES // 1024**2})
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


@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """First what was understood, line by line; then, on the person's word, all of it."""
    user = person(request)
    organisations = organisations_to_write_for(user)
    if not organisations:
        return to_first_organisation(request)
    form = ImportForm(request.POST or None, request.FILES or None, organisations=organisations)
    context: dict[str, Any] = {"form": form, "most": MOST_ROWS, "country": organisations[0].country}
    if request.method == "POST" and form.is_valid():
        organisation, text = form.cleaned_data["organisation"], form.cleaned_data["list"]
        # Of one that was changed after it had been looked at, other venues are made.
        batch = uuid5(form.cleaned_data["batch"] or uuid4(), text)
        understood = understand(text, country=organisation.country)
        if "confirm" in request.POST and understood.is_complete:
            try:
                job = order(
                    kind="venues.import",
                    by=user,
                    arguments={"organisation": str(organisation.uuid), "text": text, "batch": str(batch)},
                    title=_("Import of venues"),
                    back_to=reverse("venues:list"),
                    key=f"venues.import {batch}",
                )
            except TooManyJobs:
                form.add_error(None, too_many_message())
            else:
                return redirect("jobs:detail", job.uuid)
        # What came from a file is shown, so that it can be mended here; and goes on from here.
        initial = {"organisation": organisation, "text": text, "batch": uuid4()}
        form = ImportForm(initial=initial, organisations=organisations)
        context |= {
            "form": form,
            "understood": understood,
            "shown": understood.rows[:MOST_SHOWN],
            "more": max(0, len(understood.rows) - MOST_SHOWN),
            "country": organisation.country,
        }
    return render(request, "venues/import.html", context)


@require_safe
def export_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    venues = Venue.objects.of_member(user).in_use().with_country().order_by("pk")
    writers = frozenset(Organisation.objects.editable_by(user).values_list("pk", flat=True))
    content = venues_as_csv(venues, writers=writers, now=timezone.now())
    headers = {"Content-Disposition": 'attachment; filename="clea-venues.csv"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
