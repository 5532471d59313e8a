"""Codes in the API, and their files: the same bytes, and the same refusals, as on the pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from clea_portal.api.authentication import caller
from clea_portal.api.problems import Refused
from clea_portal.authorities.keys import NoKey
from clea_portal.authorities.models import Country
from clea_portal.codes.errors import AlreadyRenewed, Archived
from clea_portal.codes.files import FileKind
from clea_portal.codes.messages import already_renewed_message, archived_message, no_key_message, replaced_message
from clea_portal.codes.models import IssuedCode
from clea_portal.codes.printing.choices import not_offered_message, preferred_language
from clea_portal.codes.printing.making import Overtaken, record_prints, require_current
from clea_portal.codes.printing.subjects import PrintableCode
from clea_portal.posters.errors import BadPoster, PosterUnreadable
from clea_portal.posters.pictures import LARGEST_MODULE, SMALLEST_MODULE, render_png, render_svg
from clea_portal.posters.poster import LANGUAGES

logger = structlog.get_logger(__name__)
DEFAULT_MODULE = 8


class FilesSerializer(serializers.Serializer[Any]):
    svg = serializers.URLField(help_text="The code alone, at any size.")
    png = serializers.URLField(help_text="The code alone; `?module_pixels=` chooses its size.")
    pdf = serializers.URLField(help_text="A poster; `?language=` chooses its language.")


class CodeSerializer(serializers.Serializer[Any]):
    """A code as it was issued; it never changes. Renewing it makes another one."""

    uuid = serializers.UUIDField()
    url = serializers.SerializerMethodField()
    kind = serializers.CharField()
    link = serializers.CharField(source="deep_link", help_text="What the QR code holds. Print it as it stands.")
    check_code = serializers.CharField(help_text="Six characters by which people tell codes apart.")
    room = serializers.UUIDField(source="room.uuid", default=None, allow_null=True, help_text="null: the whole place.")
    created_at = serializers.DateTimeField()
    valid_from = serializers.DateTimeField()
    valid_until = serializers.DateTimeField(allow_null=True, help_text="null: until it is renewed.")
    replaced_at = serializers.DateTimeField(allow_null=True, help_text="null: this code counts.")
    edited_since = serializers.ListField(
        child=serializers.CharField(), help_text="Fields that the code carries and that were changed after it was issued."
    )
    files = serializers.SerializerMethodField()

    def address(self, code: Any) -> str:
        """The path of the code's own resource, with a slash at its end."""
        raise NotImplementedError

    def get_url(self, code: Any) -> str:
        return str(self.context["request"].build_absolute_uri(self.address(code)))

    @extend_schema_field(FilesSerializer)
    def get_files(self, code: Any) -> dict[str, str]:
        url = self.get_url(code)
        return {"svg": f"{url}code.svg", "png": f"{url}code.png", "pdf": f"{url}poster.pdf"}


class _FileRenderer(BaseRenderer):
    """For answers that are bytes already: it only takes part in the choice by Accept and ``?format=``."""

    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        return data


class SvgRenderer(_FileRenderer):
    media_type, format = FileKind.SVG.content_type, FileKind.SVG.value


class PngRenderer(_FileRenderer):
    media_type, format = FileKind.PNG.content_type, FileKind.PNG.value


class PdfRenderer(_FileRenderer):
    media_type, format = FileKind.PDF.content_type, FileKind.PDF.value


class AnyRenderer(_FileRenderer):
    """Of files whose kind only they know."""

    media_type, format = "*/*", "file"


class PictureParameters(serializers.Serializer[Any]):
    module_pixels = serializers.IntegerField(
        default=DEFAULT_MODULE,
        min_value=SMALLEST_MODULE,
        max_value=LARGEST_MODULE,
        help_text="Pixels to a module of a PNG. The whole picture is 73 modules wide.",
    )


class PosterParameters(serializers.Serializer[Any]):
    language = serializers.ChoiceField(
        choices=sorted(LANGUAGES),
        required=False,
        help_text="One that the country offers. That of the request by default, or the country's first.",
    )

    def chosen(self, country: Country) -> str:
        """Raises ValidationError, also for a language that the country does not offer."""
        self.is_valid(raise_exception=True)
        language: str = self.validated_data.get("language") or preferred_language(country.languages)
        if language not in country.languages:
            raise serializers.ValidationError({"language": [not_offered_message(language, country)]})
        return language


@contextmanager
def said_as_problems() -> Iterator[None]:
    """What a verb on codes raises, as the caller is told."""
    try:
        yield
    except NoKey as error:
        raise Refused("no-key", no_key_message()) from error
    except AlreadyRenewed as error:
        raise Refused("already-renewed", already_renewed_message()) from error
    except Archived as error:
        raise Refused("archived", archived_message()) from error


def render_picture(request: Request, code: IssuedCode, kind: FileKind) -> bytes:
    """The code alone as SVG or PNG, as large as ``?module_pixels=`` says. Raises ValidationError, BadPoster, PosterUnreadable."""
    if kind is FileKind.SVG:
        return render_svg(code.deep_link)
    asked = {name: value for name, value in request.query_params.items() if name == "module_pixels"}
    parameters = PictureParameters(data=asked)
    parameters.is_valid(raise_exception=True)
    return render_png(code.deep_link, module_pixels=parameters.validated_data["module_pixels"])


def hand_out(request: Request, printable: PrintableCode, kind: FileKind, render: Callable[[], bytes]) -> HttpResponse:
    """A file, noted in the place's trail. Raises Refused for a code that no longer counts: two codes split the visitors."""
    if printable.code.replaced_at is not None:
        raise Refused("replaced", replaced_message())
    if printable.place.archived_at is not None:
        raise Refused("archived", archived_message())
    response = file_response(printable.code, kind, render)
    try:
        require_current([printable])
    except Overtaken as error:
        raise Refused("replaced", replaced_message()) from error
    record_prints([printable], by=caller(request).user, file=kind.value)
    return response


def file_response(code: IssuedCode, kind: FileKind, render: Callable[[], bytes], *, status: int = 200) -> HttpResponse:
    """Raises Refused instead of handing out what does not read back."""
    try:
        content = render()
    except BadPoster as error:
        raise serializers.ValidationError({"name": [str(error)]}) from error
    except PosterUnreadable as error:
        logger.error("file_unreadable", kind=kind.value)
        raise Refused("fault", _("This file was not handed out: its code could not be read back. Try again.")) from error
    disposition = f'inline; filename="clea-{code.check_code}.{kind}"'
    return HttpResponse(content, status=status, content_type=kind.content_type, headers={"Content-Disposition": disposition})
