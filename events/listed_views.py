from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from clea_portal.accounts.person import person
from clea_portal.codes.access import find
from clea_portal.codes.listed_page import show_listings
from clea_portal.codes.past import DAYS_BACK
from events.models import Event
from events.past_codes import codes_between


@require_POST
def listed(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """By POST, so that no page opened by chance, no history and no prefetch asks the question."""
    now = timezone.now()
    event = find(Event.objects.with_country(), user=person(request), uuid=uuid)
    codes = codes_between(event, now - timedelta(days=DAYS_BACK), now)
    return show_listings(request, place=event, codes=codes, back_url=reverse("events:detail", args=[event.uuid]))
