"""Pages on which a manager says when the place is open and when its codes change."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clea_portal.accounts.person import person
from clea_portal.codes.messages import archived_message
from venues.errors import CodesAhead
from venues.finding import found
from venues.hours import set_opening_hours, when_open
from venues.hours_forms import OpeningHoursForm, RotationForm
from venues.models import Rotation
from venues.rotations import set_rotation


@require_http_methods(["GET", "HEAD", "POST"])
def opening_hours(request: HttpRequest, uuid: UUID, of_room: bool = False) -> HttpResponse:
    """Of the venue; asked for from the page of a room's renewal, it leads back there."""
    place = found(request, uuid, of_room=of_room, to_write=True)
    form = OpeningHoursForm(request.POST or None, venue=place.venue)
    if request.method == "POST" and (copied := _copied(request)) is not None:
        form = OpeningHoursForm(venue=place.venue, initial=copied)
    elif request.method == "POST" and form.is_valid():
        zone = form.cleaned_data["time_zone"]
        set_opening_hours(place.venue, time_zone=zone, spans=form.spans, by=person(request))
        messages.success(request, _("The opening hours are saved. Look whether the codes still change at the right time."))
        return redirect(place.url("packs:rotation"))
    context = {"form": form, "place": place, "back_url": place.url("packs:rotation")}
    return render(request, "venues/opening_hours.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def rotation(request: HttpRequest, uuid: UUID, of_room: bool = False) -> HttpResponse:
    place, now = found(request, uuid, of_room=of_room, to_write=True), timezone.now()
    if place.venue.archived_at is not None:
        messages.warning(request, archived_message())
        return redirect(place.page)
    current = Rotation.objects.of_room(place.venue, place.room).current().first()
    form = RotationForm(request.POST or None, venue=place.venue, rotation=current, now=now)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            new = set_rotation(
                venue=place.venue,
                room=place.room,
                renewal_hours=chosen["hours"],
                days_per_period=chosen["days_per_period"],
                cri_exp=chosen["cri_exp"],
                profile=chosen["profile"],
                new_secret=chosen["new_secret"],
                coming=chosen["coming"],
                by=person(request),
                now=now,
            )
        except CodesAhead as ahead:
            with timezone.override(place.venue.zone):
                until = date_format(timezone.localtime(ahead.until), "l j F, H:i")
            form.ask_about_codes_ahead(number=ahead.number, until=until)
        else:
            messages.success(request, _said(new, now))
            return redirect(place.url("packs:list") if current else place.url("packs:create"))
    context = {
        "form": form,
        "place": place,
        "current": current,
        "opening_hours": when_open(form.spans),
        "back_url": place.url("packs:list"),
    }
    return render(request, "venues/rotation.html", context)


def _copied(request: HttpRequest) -> dict[str, str] | None:
    """The form as it was typed, with one day's hours on every day, where that was asked for."""
    day = request.POST.get("copy", "")
    if day not in [str(number) for number in range(7)]:
        return None
    hours = request.POST.get(f"day_{day}", "")
    return {"time_zone": request.POST.get("time_zone", ""), **{f"day_{number}": hours for number in range(7)}}


def _said(rotation: Rotation, now: object) -> str:
    if rotation.starts_at == now:
        return _("Saved. This counts from now on.")
    with timezone.override(rotation.zone):
        start = date_format(timezone.localtime(rotation.starts_at), "l j F Y, H:i")
    return _("Saved. This counts from %(start)s on; until then nothing changes.") % {"start": start}
