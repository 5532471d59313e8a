"""Rooms of events by program."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import SerializerMethodField

from clea_portal.api.authentication import caller
from clea_portal.api.base import ApiView, find, page_of
from clea_portal.api.idempotency import idempotent
from clea_portal.api.pagination import Pages
from clea_portal.api.problems import Refused
from clea_portal.api.rooms import RoomSerializer
from events.api import EventCodeSerializer, events_of, said_as_event_problems
from events.errors import TooManyRooms
from events.models import EventCode, EventRoom
from events.rooms import MOST_ROOMS, add_rooms, remove_room, rename_room, set_tables


class EventRoomSerializer(RoomSerializer):
    codes = SerializerMethodField(
        help_text="Its own ones that count now; none for a room that shows the code of the whole place."
    )

    def address(self, room: EventRoom) -> str:
        return reverse("events-api:room", args=[room.event.uuid, room.uuid])

    @extend_schema_field(EventCodeSerializer(many=True))
    def get_codes(self, room: Any) -> Any:
        return EventCodeSerializer(room.current_codes, many=True, context=self.context).data


class EventRoomList(ApiView):
    pagination_class = Pages

    @extend_schema(operation_id="event_rooms_list", responses=EventRoomSerializer(many=True), tags=["rooms of events"])
    def get(self, request: Request, uuid: UUID) -> Response:
        """List the rooms of an event."""
        find(events_of(request), uuid=uuid)
        return page_of(_rooms(request, uuid), EventRoomSerializer, view=self, request=request)

    @extend_schema(
        operation_id="event_rooms_create",
        request=EventRoomSerializer,
        responses={201: EventRoomSerializer},
        tags=["rooms of events"],
    )
    @idempotent
    def post(self, request: Request, uuid: UUID) -> Response:
        """Add a room to an event.

        An independent one gets codes of its own at once.
        """
        event = find(events_of(request), uuid=uuid)
        serializer = EventRoomSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent, by = serializer.validated_data, caller(request).user
        try:
            with said_as_event_problems(), transaction.atomic():
                (room,) = add_rooms(event=event, names=[sent["name"]], independent=sent["independent"], by=by, now=timezone.now())
                set_tables(room, tables="\n".join(sent.get("table_labels", [])), by=by)
        except TooManyRooms as error:
            sentence = _("There are at most %(limit)s rooms. Remove one first.") % {"limit": MOST_ROOMS}
            raise Refused("too-many", sentence) from error
        return _answer(request, uuid, room.uuid, status=201)


class EventRoomDetail(ApiView):
    @extend_schema(operation_id="event_rooms_fetch", responses=EventRoomSerializer, tags=["rooms of events"])
    def get(self, request: Request, uuid: UUID, room: UUID) -> Response:
        """Fetch a room of an event."""
        return _answer(request, uuid, room)

    @extend_schema(
        operation_id="event_rooms_change", request=EventRoomSerializer, responses=EventRoomSerializer, tags=["rooms of events"]
    )
    def patch(self, request: Request, uuid: UUID, room: UUID) -> Response:
        """Change the name or the tables of a room of an event.

        Codes carry neither: what is printed from now on does.
        """
        found, by = find(_rooms(request, uuid), uuid=room), caller(request).user
        serializer = EventRoomSerializer(found, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        with transaction.atomic():
            rename_room(found, name=sent.get("name", found.name), by=by)
            set_tables(found, tables="\n".join(sent.get("table_labels", found.table_labels)), by=by)
        return _answer(request, uuid, room)

    @extend_schema(operation_id="event_rooms_remove", request=None, responses={204: None}, tags=["rooms of events"])
    def delete(self, request: Request, uuid: UUID, room: UUID) -> Response:
        """Remove a room of an event.

        Its codes go out of use: they are no longer printed, and still warn those who scanned them.
        """
        remove_room(find(_rooms(request, uuid), uuid=room), by=caller(request).user, now=timezone.now())
        return Response(status=204)


def _rooms(request: Request, event: UUID) -> QuerySet[EventRoom]:
    codes = EventCode.objects.current().filter(slot=None).select_related("event", "slot", "room").order_by("kind", "pk")
    own = EventRoom.objects.in_use().filter(event__uuid=event, event__organisation=caller(request).organisation)
    return own.select_related("event").prefetch_related(Prefetch("codes", queryset=codes, to_attr="current_codes"))


def _answer(request: Request, event: UUID, room: UUID, *, status: int = 200) -> Response:
    shown = EventRoomSerializer(find(_rooms(request, event), uuid=room), context={"request": request}).data
    return Response(shown, status=status, headers={"Location": shown["url"]} if status == 201 else None)
