"""The files of a code: proven to scan, named so that two codes cannot be mixed up, kept by no cache."""

import re
from collections.abc import Callable
from enum import StrEnum
from urllib.parse import quote

import structlog
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clea_portal.accounts.person import person
from clea_portal.audit.trail import record_act
from clea_portal.codes.messages import archived_message, replaced_message
from clea_portal.codes.models import IssuedCode, Place
from clea_portal.posters.documents import render_pdf
from clea_portal.posters.errors import BadPoster, PosterUnreadable
from clea_portal.posters.pictures import render_png, render_svg
from clea_portal.posters.poster import LANGUAGES, Poster

logger = structlog.get_logger(__name__)

# Sharp on phones' dense screens at the size that pages show.
SCREEN_PIXELS = 8
_UNSAFE = re.compile(r"[^\w .,'’&()-]+")


class FileKind(StrEnum):
    PDF = "pdf"
    PNG = "png"
    SVG = "svg"

    @property
    def content_type(self) -> str:
        return {"pdf": "application/pdf", "png": "image/png", "svg": "image/svg+xml"}[self.value]


def hand_out(
    request: HttpRequest, *, kind: FileKind, code: IssuedCode, place: Place, describe: Callable[[], Poster], back_to: str
) -> HttpResponse:
    """The file as a download; or back to ``back_to`` with what is wrong: a file that does not scan never leaves.

    Nor does one of a code that has been replaced, or of a place that is archived: two codes on one wall split its visitors.
    """
    if code.replaced_at is not None or place.archived_at is not None:
        messages.warning(request, archived_message() if code.replaced_at is None else replaced_message())
        return redirect(back_to)
    try:
        content = _render(kind, code=code, describe=describe)
    except BadPoster as error:
        messages.error(request, str(error))
        return redirect(back_to)
    except PosterUnreadable:
        logger.error("file_unreadable", kind=kind.value)
        messages.error(
            request,
            _("This file was not handed out: its code could not be read back. Try again, and tell us if it happens again."),
        )
        return redirect(back_to)
    record_act(actor=person(request), verb="printed", on=place, code=str(code.uuid), file=kind.value)
    name = f"CLEA {code.check_code} {place.name}"
    return _private(
        content, kind, f"attachment; filename=\"clea-{code.check_code}.{kind}\"; filename*=UTF-8''{_encoded(name, kind)}"
    )


def poster_language(request: HttpRequest) -> str:
    """The language asked for by ``?language=``, else the person's. Raises Http404 for one in which no poster is made."""
    language = request.GET.get("language", get_language() or LANGUAGES[0])
    if language not in LANGUAGES:
        raise Http404
    return language


def show(code: IssuedCode) -> HttpResponse:
    """The code as a picture on a page: the same modules as in every file. A code that cannot be read back is not shown."""
    try:
        return _private(render_png(code.deep_link, module_pixels=SCREEN_PIXELS), FileKind.PNG, "inline")
    except (BadPoster, PosterUnreadable):
        logger.error("file_unreadable", kind="picture")
        return HttpResponse(status=500)


def _render(kind: FileKind, *, code: IssuedCode, describe: Callable[[], Poster]) -> bytes:
    if kind is FileKind.PDF:
        return render_pdf(describe())
    if kind is FileKind.PNG:
        return render_png(code.deep_link)
    return render_svg(code.deep_link)


def _private(content: bytes, kind: FileKind, disposition: str) -> HttpResponse:
    headers = {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=kind.content_type, headers=headers)


def _encoded(name: str, kind: FileKind) -> str:
    """The name for systems that take any script: without what separates folders or starts a hidden file, and not too long."""
    readable = " ".join(_UNSAFE.sub(" ", name).split()).rstrip(". ")
    return quote(f"{readable[:80].rstrip('. ')}.{kind}", safe="")
