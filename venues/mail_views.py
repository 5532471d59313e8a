from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from clea_portal.accounts.person import person
from clea_portal.codes.access import find
from clea_portal.codes.mailing import order_mail
from venues.mailing import TASK
from venues.models import VenueCode


@require_POST
def mail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Whoever may print it may have it mailed."""
    code = find(VenueCode.objects.with_venue(), user=person(request), uuid=uuid)
    order_mail(request, task=TASK, code=code, place=code.venue)
    return redirect("venues:detail", code.venue.uuid)
