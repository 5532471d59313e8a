"""Pages where codes of events are printed."""

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from clea_portal.accounts.person import person
from clea_portal.codes.access import find
from clea_portal.codes.printing.views import print_page
from events.models import Event, Slot
from events.printing import of_event


@require_http_methods(["GET", "HEAD", "POST"])
def event(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    found = find(Event.objects.with_country(), user=person(request), uuid=uuid)
    return print_page(request, of_event(found))


@require_http_methods(["GET", "HEAD", "POST"])
def event_staff(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The private sheets for staff: a file of its own."""
    found = find(Event.objects.with_country(), user=person(request), uuid=uuid)
    return print_page(request, of_event(found, staff=True))


@require_http_methods(["GET", "HEAD", "POST"])
def slot(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    found = find(Slot.objects.in_use().with_event(), user=person(request), uuid=uuid)
    return print_page(request, of_event(found.event, slot=found))
