from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clea_portal.accounts.person import person
from clea_portal.codes.access import find
from clea_portal.codes.past import DAYS_BACK, ltid_of
from clea_portal.codes.wall import Found, OnWall, find_on_wall
from clea_portal.codes.wall_page import check_wall
from clea_portal.uploads import takes_pictures
from venues.models import Venue, VenueCode
from venues.past_codes import codes_between


@require_http_methods(["GET", "HEAD", "POST"])
@takes_pictures(most=1)
def wall(request: HttpRequest, uuid: UUID) -> HttpResponse:
    venue = find(Venue.objects.with_country(), user=person(request), uuid=uuid)
    back_url = reverse("venues:detail", args=[venue.uuid])
    return check_wall(request, place=venue, back_url=back_url, find=lambda link: _find(venue, link))


def _find(venue: Venue, link: str) -> Found:
    now = timezone.now()
    shown = codes_between(venue, now - timedelta(days=DAYS_BACK), now + timedelta(seconds=1), now=now)
    found = find_on_wall(link, issued=venue.codes.all(), shown=shown, now=now)
    if found.state != OnWall.STRANGE:
        return found
    siblings = VenueCode.objects.current().static().filter(venue__organisation=venue.organisation_id).exclude(venue=venue)
    if any(ltid_of(code) == found.ltid for code in siblings):
        return replace(found, state=OnWall.OTHER_PLACE)
    return found
