"""The files of a code: proven to scan, named so that two codes cannot be mixed up, kept by no cache."""

from enum import StrEnum

import structlog
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from clea_portal.accounts.person import person
from clea_portal.authorities.models import Country
from clea_portal.codes.messages import archived_message, replaced_message
from clea_portal.codes.models import IssuedCode
from clea_portal.codes.printing.choices import preferred_language
from clea_portal.codes.printing.making import Overtaken, record_prints, require_current
from clea_portal.codes.printing.messages import unreadable_message
from clea_portal.codes.printing.subjects import PrintableCode
from clea_portal.jobs.files import disposition
from clea_portal.posters.documents import render_pdf
from clea_portal.posters.errors import BadPoster, PosterUnreadable
from clea_portal.posters.pictures import render_png, render_svg

logger = structlog.get_logger(__name__)

# Sharp on phones' dense screens at the size that pages show.
SCREEN_PIXELS = 8


class FileKind(StrEnum):
    PDF = "pdf"
    PNG = "png"
    SVG = "svg"

    @property
    def content_type(self) -> str:
        return {"pdf": "application/pdf", "png": "image/png", "svg": "image/svg+xml"}[self.value]


def hand_out(request: HttpRequest, *, kind: FileKind, printable: PrintableCode, back_to: str) -> HttpResponse:
    """The file as a download; or back to ``back_to`` with what is wrong: a file that does not scan never leaves.

    Nor does one of a code that has been replaced, or of a place that is archived: two codes on one wall split its visitors.
    """
    code, place = printable.code, printable.place
    if code.replaced_at is not None or place.archived_at is not None:
        messages.warning(request, archived_message() if code.replaced_at is None else replaced_message())
        return redirect(back_to)
    language = poster_language(request, place.country)
    try:
        content = _render(kind, printable, language=language)
        require_current([printable])
    except BadPoster as error:
        messages.error(request, str(error))
        return redirect(back_to)
    except Overtaken:
        messages.warning(request, replaced_message())
        return redirect(back_to)
    except PosterUnreadable:
        logger.error("file_unreadable", kind=kind.value)
        messages.error(request, unreadable_message())
        return redirect(back_to)
    record_prints([printable], by=person(request), file=kind.value)
    name = f"CLEA {code.check_code} {place.name}.{kind}"
    return _private(content, kind, disposition(name, plain=f"clea-{code.check_code}.{kind}"))


def poster_language(request: HttpRequest, country: Country) -> str:
    """The language asked for by ``?language=``, else the person's where the country offers it, else the country's first.

    Raises Http404 for one that the country does not offer.
    """
    language = request.GET.get("language") or preferred_language(country.languages)
    if language not in country.languages:
        raise Http404
    return language


def show(code: IssuedCode) -> HttpResponse:
    """The code as a picture on a page: the same modules as in every file. A code that cannot be read back is not shown."""
    try:
        return _private(render_png(code.deep_link, module_pixels=SCREEN_PIXELS), FileKind.PNG, "inline")
    except (BadPoster, PosterUnreadable):
        logger.error("file_unreadable", kind="picture")
        return HttpResponse(status=500)


def _render(kind: FileKind, printable: PrintableCode, *, language: str) -> bytes:
    if kind is FileKind.PDF:
        return render_pdf(printable.poster(languages=(language,)))
    if kind is FileKind.PNG:
        return render_png(printable.code.deep_link)
    return render_svg(printable.code.deep_link)


def _private(content: bytes, kind: FileKind, disposition: str) -> HttpResponse:
    headers = {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=kind.content_type, headers=headers)
