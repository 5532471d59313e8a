from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from clea_portal.accounts.person import person
from clea_portal.codes.access import find
from clea_portal.codes.mailing import order_mail
from events.mailing import TASK
from events.models import EventCode


@require_POST
def mail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Whoever may print it may have it mailed."""
    code = find(EventCode.objects.with_event(), user=person(request), uuid=uuid)
    order_mail(request, task=TASK, code=code, place=code.event)
    return redirect("events:slot", code.slot.uuid) if code.slot else redirect("events:detail", code.event.uuid)
