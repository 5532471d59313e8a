"""What a place's contact sends, and where an agent has the link sent to."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clea_portal.scanning.advice import explain
from clea_portal.scanning.files import kind_of
from clea_portal.scanning.results import MAX_BYTES, Advice
from mct.forms import ACCEPTED_FILES, MEGABYTE, ManyFilesInput
from mct.intake import NotALink, open_link
from mct.words import explain_link

# Files of the largest size that one sending may hold: more would not pass a proxy, and take too much memory.
MOST_AT_ONCE = 10


class FilesField(forms.FileField):
    """Files, as a list of their contents. The name of each mistake is the file's own, as the person knows it."""

    def __init__(self, *, check_kind: bool, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.check_kind = check_kind

    def clean(self, data: Any, initial: Any = None) -> list[bytes]:
        contents, mistakes = [], []
        for file in data or []:
            content = file.read()
            mistake = self._mistake(file, content)
            if mistake:
                mistakes.append(f"{_('“%(remark)s”') % {'remark': file.name}} – {mistake}")
            contents.append(content)
        if mistakes:
            raise ValidationError(mistakes)
        return contents

    def _mistake(self, file: "UploadedFile[bytes]", content: bytes) -> str:
        if not file.size:
            return explain(Advice.EMPTY)
        if file.size > MAX_BYTES:
            limit = {"size": -(-file.size // MEGABYTE), "limit": MAX_BYTES // MEGABYTE}
            return (
                _("This file has %(size)d MB, more than the %(limit)d MB allowed. Take the photo again with fewer pixels.")
                % limit
            )
        if len(content) < file.size:
            most = MOST_AT_ONCE * MAX_BYTES // MEGABYTE
            return _("All files together have more than %(most)d MB. Send some of them first, then the others.") % {"most": most}
        if self.check_kind and kind_of(content) is None:
            return explain(Advice.UNSUPPORTED)
        return ""


class SendForm(forms.Form):
    """Photos that a phone takes now, or files that are there already; ``most``: how many are still taken."""

    use_required_attribute = False

    CODE, REGISTER = "code", "register"

    what = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, *, what: str, most: int) -> None:
        super().__init__(data, files, prefix=what, initial={"what": what})
        self.most = most
        check_kind = what == self.REGISTER
        # A picture of the code may be cut to it before it is sent (static/js/cut_out.js).
        cut_out = {"data-cut-out": "cut-out"} if what == self.CODE else {}
        if what == self.CODE:
            # Filled in by the page's camera (static/js/camera.js).
            self.fields["link"] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.fields["photo"] = FilesField(
            label=_("Take a photo"),
            check_kind=check_kind,
            widget=ManyFilesInput({"accept": "image/*", "capture": "environment", "multiple": False, **cut_out}),
        )
        limits = {"count": most, "megabytes": MAX_BYTES // MEGABYTE, "total": MOST_AT_ONCE * MAX_BYTES // MEGABYTE}
        self.fields["files"] = FilesField(
            label=_("Or choose photos, scans or a PDF"),
            check_kind=check_kind,
            widget=ManyFilesInput({"accept": ACCEPTED_FILES, "multiple": True, **cut_out}),
            help_text=ngettext(
                "%(count)d more file of %(megabytes)d MB, at most %(total)d MB at once.",
                "Up to %(count)d more files of %(megabytes)d MB, at most %(total)d MB at once.",
                most,
            )
            % limits,
        )
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        contents = self.contents()
        try:
            for link in self.links():
                open_link(link)
        except NotALink as error:
            mistake = {"mistake": explain_link(error.args[0])}
            raise ValidationError(_("The code that the camera has read cannot be sent: %(mistake)s.") % mistake) from error
        if not self.errors and not contents and not self.links():
            raise ValidationError(_("Take a photo, or choose a file."))
        if len(contents) + len(self.links()) > self.most:
            words = ngettext("Choose %(count)d file at most.", "Choose %(count)d files at most.", self.most)
            raise ValidationError(words % {"count": self.most})
        return data

    def links(self) -> Sequence[str]:
        return [link] if (link := self.cleaned_data.get("link")) else []

    def contents(self) -> Sequence[bytes]:
        return [*self.cleaned_data.get("photo", []), *self.cleaned_data.get("files", [])]


class MailForm(forms.Form):
    """Where to, and in which language. The address is used once and kept nowhere."""

    use_required_attribute = False

    address = forms.EmailField(
        label=gettext_lazy("E-mail address of the contact"),
        widget=forms.EmailInput({"autocomplete": "off"}),
        help_text=gettext_lazy("It is used once and not kept."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the message"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
