"""Pages where codes of venues are printed."""

from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clea_portal.accounts.person import person
from clea_portal.codes.access import find
from clea_portal.codes.printing.views import print_page
from venues.models import DayPack, Venue
from venues.printing import of_pack, of_venue, selected


@require_http_methods(["GET", "HEAD", "POST"])
def venue(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    found = find(Venue.objects.with_country(), user=person(request), uuid=uuid)
    return print_page(request, of_venue(found))


@require_http_methods(["GET", "HEAD", "POST"])
def pack(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    found = find(DayPack.objects.with_venue(), user=person(request), uuid=uuid)
    return print_page(request, of_pack(found, now=timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
def pack_staff(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The private sheets for staff: a file of its own."""
    found = find(DayPack.objects.with_venue(), user=person(request), uuid=uuid)
    return print_page(request, of_pack(found, staff=True, now=timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
def selection(request: HttpRequest) -> HttpResponseBase:
    """Many venues in one go: ``?venue=`` their UUIDs, ``?organisation=`` all of one; else all of the person's."""
    return print_page(request, selected(_asked(request), user=person(request)))


def _asked(request: HttpRequest) -> dict[str, Any]:
    try:
        if organisation := request.GET.get("organisation"):
            return {"organisation": str(UUID(organisation))}
        if venues := request.GET.getlist("venue"):
            return {"venues": sorted({str(UUID(uuid)) for uuid in venues})}
    except ValueError as error:
        raise BadRequest from error
    return {}
