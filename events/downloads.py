"""The files of one code of an event."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from clea_portal.accounts.person import person
from clea_portal.codes.access import find
from clea_portal.codes.files import FileKind, hand_out, show
from events.models import EventCode
from events.printing import printable


@require_safe
def file(request: HttpRequest, uuid: UUID, kind: FileKind) -> HttpResponse:
    code = find(EventCode.objects.with_event(), user=person(request), uuid=uuid)
    back_to = reverse("events:detail", args=[code.event.uuid])
    return hand_out(request, kind=kind, printable=printable(code), back_to=back_to)


@require_safe
def picture(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The code as the event's page shows it."""
    code = find(EventCode.objects.with_event(), user=person(request), uuid=uuid)
    if not code.is_current:
        raise Http404
    return show(code)
