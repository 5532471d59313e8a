"""Rooms of venues by program."""

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
from clea_portal.api.codes import said_as_problems
from clea_portal.api.idempotency import idempotent
from clea_portal.api.pagination import Pages
from clea_portal.api.problems import Refused
from clea_portal.api.rooms import RoomSerializer
from venues.api import VenueCodeSerializer, venues_of
from venues.errors import TooManyRooms
from venues.models import VenueCode, VenueRoom
from venues.rooms import MOST_ROOMS, add_rooms, remove_room, rename_room, set_tables


class VenueRoomSerializer(RoomSerializer):
    codes = SerializerMethodField(
        help_text="Its own ones that count now; none for a room that shows the code of the whole place."
    )

    def address(self, room: VenueRoom) -> str:
        return reverse("venues-api:room", args=[room.venue.uuid, room.uuid])

    @extend_schema_field(VenueCodeSerializer(many=True))
    def get_codes(self, room: Any) -> Any:
        return VenueCodeSerializer(room.current_codes, many=True, context=self.context).data


class VenueRoomList(ApiView):
    pagination_class = Pages

    @extend_schema(operation_id="venue_rooms_list", responses=VenueRoomSerializer(many=True), tags=["rooms of venues"])
    def get(self, request: Request, uuid: UUID) -> Response:
        """List the rooms of a venue."""
        find(venues_of(request), uuid=uuid)
        return page_of(_rooms(request, uuid), VenueRoomSerializer, view=self, request=request)

    @extend_schema(
        operation_id="venue_rooms_create",
        request=VenueRoomSerializer,
        responses={201: VenueRoomSerializer},
        tags=["rooms of venues"],
    )
    @idempotent
    def post(self, request: Request, uuid: UUID) -> Response:
        """Add a room to a venue.

        An independent one gets codes of its own at once.
        """
        venue = find(venues_of(request), uuid=uuid)
        serializer = VenueRoomSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent, by = serializer.validated_data, caller(request).user
        try:
            with said_as_problems(), transaction.atomic():
                (room,) = add_rooms(venue=venue, names=[sent["name"]], independent=sent["independent"], by=by, now=timezone.now())
                set_tables(room, tables="\n".join(sent.get("table_labels", [])), by=by)
        except TooManyRooms as error:
            sentence = _("There are at most %(limit)s rooms. Remove one first.") % {"limit": MOST_ROOMS}
            raise Refused("too-many", sentence) from error
        return _answer(request, uuid, room.uuid, status=201)


class VenueRoomDetail(ApiView):
    @extend_schema(operation_id="venue_rooms_fetch", responses=VenueRoomSerializer, tags=["rooms of venues"])
    def get(self, request: Request, uuid: UUID, room: UUID) -> Response:
        """Fetch a room of a venue."""
        return _answer(request, uuid, room)

    @extend_schema(
        operation_id="venue_rooms_change", request=VenueRoomSerializer, responses=VenueRoomSerializer, tags=["rooms of venues"]
    )
    def patch(self, request: Request, uuid: UUID, room: UUID) -> Response:
        """Change the name or the tables of a room of a venue.

        Codes carry neither: what is printed from now on does.
        """
        found, by = find(_rooms(request, uuid), uuid=room), caller(request).user
        serializer = VenueRoomSerializer(found, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        with transaction.atomic():
            rename_room(found, name=sent.get("name", found.name), by=by)
            set_tables(found, tables="\n".join(sent.get("table_labels", found.table_labels)), by=by)
        return _answer(request, uuid, room)

    @extend_schema(operation_id="venue_rooms_remove", request=None, responses={204: None}, tags=["rooms of venues"])
    def delete(self, request: Request, uuid: UUID, room: UUID) -> Response:
        """Remove a room of a venue.

        Its codes go out of use: they are no longer printed, and still warn those who scanned them.
        """
        remove_room(find(_rooms(request, uuid), uuid=room), by=caller(request).user, now=timezone.now())
        return Response(status=204)


def _rooms(request: Request, venue: UUID) -> QuerySet[VenueRoom]:
    codes = VenueCode.objects.static().current().select_related("venue", "room").order_by("kind", "pk")
    own = VenueRoom.objects.in_use().filter(venue__uuid=venue, venue__organisation=caller(request).organisation)
    return own.select_related("venue").prefetch_related(Prefetch("codes", queryset=codes, to_attr="current_codes"))


def _answer(request: Request, venue: UUID, room: UUID, *, status: int = 200) -> Response:
    shown = VenueRoomSerializer(find(_rooms(request, venue), uuid=room), context={"request": request}).data
    return Response(shown, status=status, headers={"Location": shown["url"]} if status == 201 else None)
