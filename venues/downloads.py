"""The files of a venue's current code."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from clea_portal.accounts.person import person
from clea_portal.codes.access import find
from clea_portal.codes.files import FileKind, hand_out, poster_language, show
from venues.models import VenueCode
from venues.posters import describe


@require_safe
def poster(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _hand_out(request, uuid, FileKind.PDF)


@require_safe
def png(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _hand_out(request, uuid, FileKind.PNG)


@require_safe
def svg(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _hand_out(request, uuid, FileKind.SVG)


@require_safe
def picture(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The code as the venue's page shows it."""
    code = find(VenueCode.objects.current().with_venue(), user=person(request), uuid=uuid)
    return show(code)


def _hand_out(request: HttpRequest, uuid: UUID, kind: FileKind) -> HttpResponse:
    code = find(VenueCode.objects.with_venue(), user=person(request), uuid=uuid)
    language = poster_language(request)
    return hand_out(
        request,
        kind=kind,
        code=code,
        place=code.venue,
        describe=lambda: describe(code, language=language),
        back_to=reverse("venues:detail", args=[code.venue.uuid]),
    )
