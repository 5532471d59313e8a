"""Events in people's calendars: a file of one event, and a feed of an organisation's."""

import hashlib
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from clea_portal.accounts.models import Organisation
from clea_portal.accounts.person import person
from clea_portal.calendars.feeds import find_feed, revoke_calendar, share_calendar
from clea_portal.calendars.models import Feed
from clea_portal.calendars.writing import CONTENT_TYPE, write_calendar
from clea_portal.codes.access import find, organisations_to_write_for, to_first_organisation
from clea_portal.limits import seconds_to_wait
from events.calendar import entries_of, events_of_feed, with_entries
from events.models import Event

REFRESH_MINUTES = 60
# Many calendars may follow one address; a program that asks without pause is told to wait.
READS_PER_MINUTE = 60


@require_safe
def event_file(request: HttpRequest, uuid: UUID) -> HttpResponse:
    event = find(Event.objects.all(), user=person(request), uuid=uuid)
    entries = entries_of(list(with_entries(Event.objects.filter(pk=event.pk))))
    headers = {"Content-Disposition": 'attachment; filename="event.ics"', "Cache-Control": "private, no-store"}
    return HttpResponse(write_calendar(entries, name=event.name), content_type=CONTENT_TYPE, headers=headers)


@never_cache
@require_safe
def calendars(request: HttpRequest) -> HttpResponse:
    """The feeds of the organisations for which the person may write: an address lets anybody read, without signing in."""
    user = person(request)
    organisations = organisations_to_write_for(user)
    if not organisations:
        return to_first_organisation(request)
    feeds = {feed.organisation_id: feed for feed in Feed.objects.in_use().filter(organisation__in=organisations)}
    rows = [
        {"organisation": organisation, "feed": feed, "address": feed and _address(feed)}
        for organisation in organisations
        for feed in [feeds.get(organisation.pk)]
    ]
    return render(request, "events/calendars.html", {"rows": rows})


@require_POST
def share(request: HttpRequest, uuid: UUID) -> HttpResponse:
    organisation = _organisation(request, uuid)
    language = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    share_calendar(organisation=organisation, by=person(request), language=language, now=timezone.now())
    messages.success(request, _("The calendar has a new address. Copy it into your calendar program."))
    return redirect("events-calendar:calendars")


@require_POST
def revoke(request: HttpRequest, uuid: UUID) -> HttpResponse:
    organisation = _organisation(request, uuid)
    for feed in Feed.objects.in_use().filter(organisation=organisation).select_related("organisation"):
        revoke_calendar(feed, by=person(request), now=timezone.now())
    messages.success(request, _("The address no longer answers."))
    return redirect("events-calendar:calendars")


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """For programs: they ask again and again, and get the whole only when something has changed."""
    found = find_feed(token)
    if found is None:
        raise Http404
    wait = seconds_to_wait(f"calendar:{found.pk}", limit=READS_PER_MINUTE, window=60)
    if wait:
        return HttpResponse(status=429, headers={"Retry-After": str(wait)}, content_type="text/plain")
    with translation.override(found.language):
        entries = entries_of(events_of_feed(found.organisation, now=timezone.now()))
        content = write_calendar(entries, name=found.organisation.name, refresh_minutes=REFRESH_MINUTES)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {
        "Content-Disposition": 'inline; filename="events.ics"',
        # Kept by the program that asked and by nobody on the way, and never shown without asking whether it still holds.
        "Cache-Control": "private, no-cache",
        "ETag": etag,
        "X-Robots-Tag": "noindex, nofollow",
    }
    response = HttpResponse(content, content_type=CONTENT_TYPE, headers=headers)
    answer = get_conditional_response(request, etag=etag, response=response)
    return answer or response


def _organisation(request: HttpRequest, uuid: UUID) -> Organisation:
    """Raises Http404 for a stranger, PermissionDenied for a member who may only see and print."""
    user = person(request)
    organisation = get_object_or_404(Organisation.objects.of_member(user), uuid=uuid)
    if not Organisation.objects.editable_by(user).filter(pk=organisation.pk).exists():
        raise PermissionDenied
    return organisation


def _address(found: Feed) -> str:
    return settings.PUBLIC_URL + reverse("events-calendar:feed", args=[found.token])
