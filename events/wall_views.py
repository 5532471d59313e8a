from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clea_portal.accounts.person import person
from clea_portal.codes.access import find
from clea_portal.codes.wall import find_on_wall
from clea_portal.codes.wall_page import check_wall
from clea_portal.uploads import takes_pictures
from events.models import Event


@require_http_methods(["GET", "HEAD", "POST"])
@takes_pictures(most=1)
def wall(request: HttpRequest, uuid: UUID) -> HttpResponse:
    event = find(Event.objects.with_country(), user=person(request), uuid=uuid)
    return check_wall(
        request,
        place=event,
        back_url=reverse("events:detail", args=[event.uuid]),
        find=lambda link: find_on_wall(link, issued=event.codes.all(), shown=(), now=timezone.now()),
    )
