"""The pages on which a venue's displays are managed."""

from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clea_portal.accounts.person import person
from clea_portal.codes.access import find, may_edit, require_editor
from clea_portal.codes.errors import Archived
from clea_portal.codes.messages import archived_message
from clea_portal.codes.printing.choices import preferred_language
from venues.display_forms import DisplayForm, span
from venues.displays import (
    MOST_DISPLAYS,
    DisplayState,
    TooManyDisplays,
    add_display,
    change_display,
    display_state,
    replace_link,
    switch_off,
)
from venues.models import Display, Rotation, Venue, VenueCode, VenueRoom

# In the session, whose content is encrypted, from the act to the one page that shows the link.
NEW_LINK = "new_display_link"
GET_AND_POST = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def listing(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user, now = person(request), timezone.now()
    venue = find(Venue.objects.with_country(), user=user, uuid=uuid)
    displays = list(venue.displays.select_related("room"))
    rotations = {rotation.room_id: rotation for rotation in Rotation.objects.current().filter(venue=venue)}
    posters = set(VenueCode.objects.static().current().ending_after(now).filter(venue=venue).values_list("room", flat=True))
    rows = []
    for display in displays:
        own = display.room if display.room and display.room.independent else None
        rotation = rotations.get(own.pk if own else None)
        rows.append(
            {
                "display": display,
                "state": display_state(display, now=now),
                "every": rotation and span(1 << rotation.cri_exp),
                "rotation_url": _rotation_url(venue, own),
                "is_split": not display.staff and (own.pk if own else None) in posters,
            }
        )
    in_use = [row for row in rows if row["state"] != DisplayState.SWITCHED_OFF]
    return render(
        request,
        "venues/displays.html",
        {
            "venue": venue,
            "rows": in_use,
            "is_split": any(row["is_split"] for row in in_use),
            "switched_off": [row for row in rows if row["state"] == DisplayState.SWITCHED_OFF],
            "may_write": may_edit(user, venue),
        },
    )


@GET_AND_POST
def add(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user = person(request)
    venue = find(Venue.objects.with_country(), user=user, uuid=uuid)
    require_editor(user, venue)
    form = DisplayForm(request.POST or None, venue=venue, initial={"language": preferred_language(venue.country.languages)})
    if request.method == "POST" and form.is_valid():
        try:
            display, token = add_display(venue=venue, by=user, details=form.details(), now=timezone.now())
        except Archived:
            messages.warning(request, archived_message())
            return redirect("venues:detail", venue.uuid)
        except TooManyDisplays:
            form.add_error(None, _("A place has %(limit)s displays at most: switch one off first.") % {"limit": MOST_DISPLAYS})
        else:
            return _to_new_link(request, display, token)
    return render(request, "venues/display_form.html", {"form": form, "venue": venue})


@GET_AND_POST
def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    display = _find(request, uuid)
    form = DisplayForm(request.POST or None, venue=display.venue, display=display)
    if request.method == "POST" and form.is_valid():
        change_display(display, by=person(request), details=form.details())
        messages.success(request, _("Saved. The screen follows within a minute."))
        return redirect("displays:list", display.venue.uuid)
    return render(request, "venues/display_form.html", {"form": form, "venue": display.venue, "display": display})


@GET_AND_POST
def link(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Shows a new link once; before that and after that, offers to make one."""
    display = _find(request, uuid)
    if request.method == "POST":
        token = replace_link(display, by=person(request))
        if token is None:
            messages.warning(request, _("This display has been switched off. Add a new one instead."))
            return redirect("displays:list", display.venue.uuid)
        return _to_new_link(request, display, token)
    context: dict[str, Any] = {"venue": display.venue, "display": display}
    new = request.session.get(NEW_LINK)
    if request.method == "HEAD" or not new or new["display"] != str(display.uuid):
        return render(request, "venues/display_new_link.html", context)
    del request.session[NEW_LINK]
    addresses = {
        name: f"{settings.PUBLIC_URL}{reverse(f'displays:{name}', args=[new['token']])}" for name in ("page", "png", "svg")
    }
    picture = segno.make_qr(addresses["page"], error="m").png_data_uri(scale=6, border=4)
    context |= {"addresses": addresses, "picture": picture}
    response = render(request, "venues/display_link.html", context)
    add_never_cache_headers(response)
    return response


@GET_AND_POST
def switch_off_display(request: HttpRequest, uuid: UUID) -> HttpResponse:
    display = _find(request, uuid)
    if request.method == "POST":
        switch_off(display, by=person(request), now=timezone.now())
        messages.success(request, _("Switched off: its link opens nothing any more."))
        return redirect("displays:list", display.venue.uuid)
    return render(request, "venues/display_switch_off.html", {"venue": display.venue, "display": display})


def _rotation_url(venue: Venue, room: VenueRoom | None) -> str:
    """Where its codes' hours are chosen, and how often displays change them."""
    return reverse("packs:room_rotation", args=[room.uuid]) if room else reverse("packs:rotation", args=[venue.uuid])


def _find(request: HttpRequest, uuid: UUID) -> Display:
    """The display, for those who may change it. Raises Http404, PermissionDenied."""
    user = person(request)
    display = find(Display.objects.with_venue(), user=user, uuid=uuid)
    require_editor(user, display.venue)
    return display


def _to_new_link(request: HttpRequest, display: Display, token: str) -> HttpResponse:
    request.session[NEW_LINK] = {"display": str(display.uuid), "token": token}
    return redirect("displays:link", display.uuid)
