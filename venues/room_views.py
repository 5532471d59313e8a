"""Pages of a venue's rooms and tables."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clea_portal.accounts.person import person
from clea_portal.authorities.keys import NoKey
from clea_portal.codes.errors import Archived
from clea_portal.codes.facts import edited_since
from clea_portal.codes.messages import archived_message, no_key_message
from clea_portal.codes.room_forms import RoomNameForm, RoomsForm
from clea_portal.codes.tables_page import tables_page
from venues.errors import TooManyRooms
from venues.finding import found, may_write
from venues.models import VenueCode
from venues.overview import packed_until, parts_of
from venues.rooms import MOST_ROOMS, add_rooms, move_room, remove_room, rename_room, set_tables


@require_http_methods(["GET", "HEAD", "POST"])
def room_list(request: HttpRequest, uuid: UUID) -> HttpResponse:
    place, now = found(request, uuid, of_room=False, to_write=request.method == "POST"), timezone.now()
    venue = place.venue
    form = RoomsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rooms = add_rooms(venue=venue, by=person(request), now=now, **form.cleaned_data)
        except TooManyRooms:
            form.add_error("names", _("A venue has at most %(number)s rooms.") % {"number": MOST_ROOMS})
        except NoKey:
            form.add_error(None, no_key_message())
        except Archived:
            form.add_error(None, archived_message())
        else:
            said = ngettext("%(number)s room is added.", "%(number)s rooms are added.", len(rooms)) % {"number": len(rooms)}
            messages.success(request, said)
            return redirect("rooms:list", venue.uuid)
    parts = parts_of(venue, now=now)
    writer = may_write(request, venue) and venue.archived_at is None
    context = {"venue": venue, "whole": parts[0], "parts": parts[1:], "form": form, "may_write": writer}
    return render(request, "venues/rooms.html", context)


@require_safe
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    place, now = found(request, uuid, of_room=True), timezone.now()
    room = place.room
    assert room is not None
    part = next(part for part in parts_of(place.venue, now=now) if part.room == room)
    replaced = VenueCode.objects.filter(venue=place.venue, room=room).static().replaced(now)
    context = {
        "venue": place.venue,
        "room": room,
        "part": part,
        "edited": edited_since(part.static) if part.static else [],
        "replaced": list(replaced) if room.independent else [],
        "packed_until": packed_until(place.venue, room, now=now),
        "may_write": may_write(request, place.venue) and place.venue.archived_at is None,
    }
    return render(request, "venues/room.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: HttpRequest, uuid: UUID) -> HttpResponse:
    place = found(request, uuid, of_room=True, to_write=True)
    assert place.room is not None
    form = RoomNameForm(request.POST or None, initial={"name": place.room.name})
    if request.method == "POST" and form.is_valid():
        rename_room(place.room, name=form.cleaned_data["name"], by=person(request))
        messages.success(request, _("Saved."))
        return redirect("rooms:detail", place.room.uuid)
    return render(request, "venues/room_name.html", {"form": form, "room": place.room})


@require_POST
def move(request: HttpRequest, uuid: UUID) -> HttpResponse:
    place = found(request, uuid, of_room=True, to_write=True)
    assert place.room is not None
    move_room(place.room, down=request.POST.get("to") == "down")
    return redirect(f"{reverse('rooms:list', args=[place.venue.uuid])}#room-{place.room.uuid}")


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, uuid: UUID) -> HttpResponse:
    place = found(request, uuid, of_room=True, to_write=True)
    assert place.room is not None
    if request.method == "POST":
        remove_room(place.room, by=person(request), now=timezone.now())
        messages.success(request, _("The room is removed. Take its posters down."))
        return redirect("rooms:list", place.venue.uuid)
    return render(request, "venues/room_remove.html", {"room": place.room, "venue": place.venue})


@require_http_methods(["GET", "HEAD", "POST"])
def tables(request: HttpRequest, uuid: UUID, of_room: bool = False) -> HttpResponse:
    place = found(request, uuid, of_room=of_room, to_write=True)
    subject = place.room or place.venue
    return tables_page(
        request,
        of=subject.name,
        tables=subject.tables,
        keep=lambda labels: set_tables(subject, tables=labels, by=person(request)),
        back_to=reverse("rooms:list", args=[place.venue.uuid]),
        back_label=_("Rooms and tables"),
    )
