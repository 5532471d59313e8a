from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from clea_portal.accounts.person import person
from clea_portal.codes.access import find, require_editor
from clea_portal.codes.room_forms import RoomNameForm, RoomsForm
from clea_portal.codes.tables_page import tables_page
from events.messages import done
from events.models import Event, EventRoom
from events.rooms import add_rooms, remove_room, rename_room, set_tables


@require_http_methods(["GET", "HEAD", "POST"])
def rooms(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user = person(request)
    event = find(Event.objects.with_country(), user=user, uuid=uuid)
    require_editor(user, event)
    form = RoomsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        names, independent = form.cleaned_data["names"], form.cleaned_data["independent"]
        if done(request, lambda: add_rooms(event=event, names=names, independent=independent, by=user, now=timezone.now())):
            number = len(names)
            messages.success(
                request, ngettext("%(number)s room is added.", "%(number)s rooms are added.", number) % {"number": number}
            )
            return redirect("events:rooms", event.uuid)
    context = {"event": event, "rooms": event.rooms.in_use(), "form": form, "slot_count": event.slots.in_use().count()}
    return render(request, "events/rooms.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def room_edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user = person(request)
    room = find(EventRoom.objects.in_use().with_event(), user=user, uuid=uuid)
    require_editor(user, room.event)
    form = RoomNameForm(request.POST or None, initial={"name": room.name})
    if request.method == "POST" and form.is_valid():
        rename_room(room, name=form.cleaned_data["name"], by=user)
        messages.success(request, _("Saved."))
        return redirect("events:rooms", room.event.uuid)
    return render(request, "events/room_form.html", {"event": room.event, "room": room, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def room_remove(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user = person(request)
    room = find(EventRoom.objects.in_use().with_event(), user=user, uuid=uuid)
    require_editor(user, room.event)
    if request.method == "POST":
        remove_room(room, by=user, now=timezone.now())
        messages.success(request, _("The room is removed."))
        return redirect("events:rooms", room.event.uuid)
    return render(request, "events/room_remove.html", {"event": room.event, "room": room})


@require_http_methods(["GET", "HEAD", "POST"])
def tables(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user = person(request)
    event = find(Event.objects.with_country(), user=user, uuid=uuid)
    require_editor(user, event)
    return tables_page(
        request,
        of=event.name,
        tables=event.tables,
        keep=lambda labels: set_tables(event, tables=labels, by=user),
        back_to=reverse("events:rooms", args=[event.uuid]),
        back_label=_("Rooms and tables"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def room_tables(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user = person(request)
    room = find(EventRoom.objects.in_use().with_event(), user=user, uuid=uuid)
    require_editor(user, room.event)
    return tables_page(
        request,
        of=room.name,
        tables=room.tables,
        keep=lambda labels: set_tables(room, tables=labels, by=user),
        back_to=reverse("events:rooms", args=[room.event.uuid]),
        back_label=_("Rooms and tables"),
    )
