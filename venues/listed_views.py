from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from clea_portal.accounts.person import person
from clea_portal.codes.access import find, may_edit
from clea_portal.codes.listed_page import show_listings
from clea_portal.codes.past import DAYS_BACK
from venues.models import Venue
from venues.past_codes import codes_between


@require_POST
def listed(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """By POST, so that no page opened by chance, no history and no prefetch asks the question."""
    user, now = person(request), timezone.now()
    venue = find(Venue.objects.with_country(), user=user, uuid=uuid)
    code = venue.codes.current().static().filter(room=None).first() if may_edit(user, venue) else None
    return show_listings(
        request,
        place=venue,
        codes=codes_between(venue, now - timedelta(days=DAYS_BACK), now, now=now),
        back_url=reverse("venues:detail", args=[venue.uuid]),
        renew_url=reverse("venues:renew", args=[code.uuid]) if code and venue.archived_at is None else "",
    )
