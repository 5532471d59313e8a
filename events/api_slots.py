"""Slots and codes of events by program. A ticket seller asks for a slot and gets its code in the same answer."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from clea_portal.api.authentication import caller
from clea_portal.api.base import ApiView, find, page_of
from clea_portal.api.codes import PictureParameters, PngRenderer, SvgRenderer, file_response, render_picture
from clea_portal.api.fields import MomentField
from clea_portal.api.idempotency import idempotent
from clea_portal.api.pagination import Pages
from clea_portal.api.parsing import StrictSerializer
from clea_portal.codes.checking import checked_name
from clea_portal.codes.files import FileKind
from clea_portal.codes.models import NAME_LIMIT
from events.api import EventCodeSerializer, said_as_event_problems
from events.checking import check_times
from events.models import Event, EventCode, EventCodeKind, Slot
from events.slots import MOST_AT_ONCE, SlotDetails, add_slots, change_slot, remove_slot


class SlotSerializer(StrictSerializer):
    uuid = serializers.UUIDField(read_only=True)
    url = serializers.SerializerMethodField()
    name = serializers.CharField(
        max_length=2 * NAME_LIMIT, trim_whitespace=False, required=False, allow_blank=True, help_text="Printed on posters."
    )
    start = MomentField()
    end = MomentField()
    created_at = serializers.DateTimeField(read_only=True)
    codes = serializers.SerializerMethodField(help_text="Those that count now.")

    def get_url(self, slot: Slot) -> str:
        return str(self.context["request"].build_absolute_uri(reverse("events-api:slot", args=[slot.event.uuid, slot.uuid])))

    @extend_schema_field(EventCodeSerializer(many=True))
    def get_codes(self, slot: Any) -> Any:
        return EventCodeSerializer(slot.current_codes, many=True, context=self.context).data

    def validate_name(self, name: str) -> str:
        return checked_name(name) if name.strip() else ""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        slot = self.instance
        start, end = (attrs[name] if name in attrs else getattr(slot, name) for name in ("start", "end"))
        if slot is None or (start, end) != (slot.start, slot.end):
            check_times(start=start, end=end, now=timezone.now())
        return attrs


class SlotBatchSerializer(StrictSerializer):
    slots = serializers.ListField(child=SlotSerializer(), min_length=1, max_length=MOST_AT_ONCE)


class CodeParameter(PictureParameters):
    code = serializers.ChoiceField(
        choices=[EventCodeKind.ASYNCHRONOUS.value, EventCodeKind.ENTRANCE.value],
        default=EventCodeKind.ASYNCHRONOUS.value,
        help_text="Which code of the slot a picture shows: the one for tickets, or the one for the entrance.",
    )


class SlotList(ApiView):
    pagination_class = Pages
    renderer_classes = [JSONRenderer, SvgRenderer, PngRenderer]

    @extend_schema(
        operation_id="slots_list", responses={(200, "application/json"): SlotSerializer(many=True)}, tags=["slots of events"]
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """List the slots of an event.

        With the codes of each that count now.
        """
        _event(request, uuid)
        return page_of(_slots(request, uuid), SlotSerializer, view=self, request=request)

    @extend_schema(
        operation_id="slots_create",
        request=SlotSerializer,
        parameters=[CodeParameter],
        responses={
            (201, "application/json"): SlotSerializer,
            (201, "image/svg+xml"): OpenApiTypes.BINARY,
            (201, "image/png"): OpenApiTypes.BINARY,
        },
        tags=["slots of events"],
    )
    @idempotent
    def post(self, request: Request, uuid: UUID) -> Response | HttpResponse:
        """Add a slot to an event, and get its codes at once.

        For a ticket seller: one call for each performance. With `Accept: image/svg+xml` or `image/png` (or `?format=svg` or
        `png`) the answer is the picture of the code for tickets itself; `Location` is the slot, `Content-Location` the code.
        The event's times grow to cover the slot, and codes of the whole event go out of use.
        """
        event = _event(request, uuid)
        wanted = _code_wanted(request)
        serializer = SlotSerializer(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        (slot,) = _added(request, event, [serializer.validated_data])
        accepted = str(request.accepted_renderer.format)
        if accepted == "json":
            serializer.instance = slot
            return Response(serializer.data, status=201, headers={"Location": serializer.data["url"]})
        kind = FileKind(accepted)
        code = next(code for code in slot.current_codes if code.kind == wanted and code.room_id is None)
        response = file_response(code, kind, lambda: render_picture(request, code, kind), status=201)
        response["Location"] = request.build_absolute_uri(reverse("events-api:slot", args=[uuid, slot.uuid]))
        response["Content-Location"] = request.build_absolute_uri(reverse(f"events-api:{kind}", args=[uuid, code.uuid]))
        return response


class SlotBatch(ApiView):
    @extend_schema(
        operation_id="slots_create_many",
        request=SlotBatchSerializer,
        responses={201: SlotBatchSerializer},
        tags=["slots of events"],
    )
    @idempotent
    def post(self, request: Request, uuid: UUID) -> Response:
        """Add up to 100 slots to an event: all or none.

        In the order in which they were sent, each with its codes.
        """
        event = _event(request, uuid)
        serializer = SlotBatchSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        made = _added(request, event, serializer.validated_data["slots"])
        return Response({"slots": SlotSerializer(made, many=True, context={"request": request}).data}, status=201)


class SlotDetail(ApiView):
    @extend_schema(operation_id="slots_fetch", responses=SlotSerializer, tags=["slots of events"])
    def get(self, request: Request, uuid: UUID, slot: UUID) -> Response:
        """Fetch a slot."""
        return self._answer(request, uuid, slot)

    @extend_schema(operation_id="slots_change", request=SlotSerializer, responses=SlotSerializer, tags=["slots of events"])
    def patch(self, request: Request, uuid: UUID, slot: UUID) -> Response:
        """Change a slot.

        Only what is sent changes. Codes that are already issued stay as they were; `edited_since` then says what differs.
        """
        found = find(_slots(request, uuid), uuid=slot)
        serializer = SlotSerializer(found, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        kept = {"name": found.name, "start": found.start, "end": found.end}
        with said_as_event_problems():
            change_slot(found, by=caller(request).user, **(kept | serializer.validated_data))
        return self._answer(request, uuid, slot)

    @extend_schema(operation_id="slots_remove", request=None, responses={204: None}, tags=["slots of events"])
    def delete(self, request: Request, uuid: UUID, slot: UUID) -> Response:
        """Remove a slot.

        Its codes go out of use: they are no longer printed, and still warn those who scanned them.
        """
        remove_slot(find(_slots(request, uuid), uuid=slot), by=caller(request).user, now=timezone.now())
        return Response(status=204)

    def _answer(self, request: Request, event: UUID, slot: UUID) -> Response:
        found = find(_slots(request, event), uuid=slot)
        return Response(SlotSerializer(found, context={"request": request}).data)


def _code_wanted(request: Request) -> str:
    """Of what kind a picture shows the code. Raises ValidationError."""
    sent = {name: value for name, value in request.query_params.items() if name == "code"}
    if not sent:
        return EventCodeKind.ASYNCHRONOUS.value
    parameters = CodeParameter(data=sent)
    parameters.is_valid(raise_exception=True)
    return str(parameters.validated_data["code"])


def _event(request: Request, uuid: UUID) -> Event:
    """What stands in addresses, and no more: `add_slots` reads the event itself, once it is its turn."""
    return find(Event.objects.filter(organisation=caller(request).organisation).only("uuid"), uuid=uuid)


def _added(request: Request, event: Event, sent: list[dict[str, Any]]) -> Any:
    """The new slots, each with its ``current_codes``."""
    details = [SlotDetails(name=slot.get("name", ""), start=slot["start"], end=slot["end"]) for slot in sent]
    with said_as_event_problems():
        made: list[Any] = add_slots(event=event, slots=details, by=caller(request).user, now=timezone.now())
    for slot in made:
        slot.current_codes = sorted(slot.issued, key=lambda code: (code.kind, code.pk))
    return made


def _slots(request: Request, event: UUID) -> QuerySet[Slot]:
    codes = EventCode.objects.current().select_related("event", "slot", "room").order_by("kind", "pk")
    own = Slot.objects.in_use().filter(event__uuid=event, event__organisation=caller(request).organisation)
    return own.select_related("event").prefetch_related(Prefetch("codes", queryset=codes, to_attr="current_codes"))
