"""The page on which a manager photographs what hangs on the wall. The picture is read in a child process and never stored."""

from collections.abc import Callable
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.codes.models import Place
from clea_portal.codes.wall import Found, judge
from clea_portal.protocol.check_code import check_code
from clea_portal.scanning.advice import explain
from clea_portal.scanning.isolated import read_isolated
from clea_portal.scanning.results import MAX_BYTES

# Somebody waits in front of the page; a readable poster takes a quarter of a second.
READING_SECONDS = 8
PICTURES = "image/jpeg,image/png,image/webp,image/heic,image/heif,image/avif,.heic,.heif,.avif"


class WallForm(forms.Form):
    use_required_attribute = False

    picture = forms.FileField(
        label=gettext_lazy("Photo of the code as it hangs"),
        allow_empty_file=True,
        widget=forms.FileInput({"accept": PICTURES}),
        help_text=gettext_lazy("Stand where your guests stand. The photo is deleted as soon as it has been read."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_picture(self) -> bytes:
        picture: UploadedFile[bytes] = self.cleaned_data["picture"]
        if (picture.size or 0) > MAX_BYTES:
            message = _("This photo is larger than %(megabytes)s MB. Take it again with fewer pixels.")
            raise ValidationError(message, params={"megabytes": MAX_BYTES // 1024**2})
        return bytes(picture.read())


def check_wall(request: HttpRequest, *, place: Place, back_url: str, find: Callable[[str], Found]) -> HttpResponse:
    """``find``: what a link is to the place. The view has its uploads by clea_portal.uploads.takes_pictures(most=1)."""
    form = WallForm(request.POST, request.FILES) if request.method == "POST" else WallForm()
    context: dict[str, Any] = {"place": place, "form": form, "back_url": back_url}
    if request.method == "POST" and form.is_valid():
        reading = read_isolated(
            form.cleaned_data["picture"],
            seconds=READING_SECONDS,
            memory=settings.READING_MEMORY_BYTES,
            is_inspecting=True,
        )
        if reading.advice is not None:
            form.add_error("picture", explain(reading.advice))
        else:
            found = [find(link) for link in reading.links]
            points = judge(reading.inspection) if reading.inspection else []
            context |= {
                "found": [{"found": one, "check_code": check_code(one.ltid)} for one in found],
                "points": points,
                "is_good": all(point.is_good for point in points) and not (reading.inspection and reading.inspection.needed_help),
            }
    response = render(request, "codes/wall.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
