"""Events by program: the verbs of the pages, and nothing of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clea_portal.api.authentication import caller
from clea_portal.api.base import ApiView, find, page_of
from clea_portal.api.codes import CodeSerializer, said_as_problems
from clea_portal.api.fields import MomentField, ZoneField
from clea_portal.api.idempotency import idempotent
from clea_portal.api.pagination import Pages
from clea_portal.api.places import PlaceSerializer
from clea_portal.api.prints import JobSerializer, PrintSerializer, order
from clea_portal.api.problems import Refused
from events.checking import check_times
from events.codes import MOST_CODES
from events.errors import EventOver, SlotOutside, TooManyCodes
from events.models import Event, EventCode
from events.planning import Schedule, archive_event, bring_back_event, change_event, plan_event
from events.printing import of_event


class EventCodeSerializer(CodeSerializer):
    slot = serializers.UUIDField(source="slot.uuid", default=None, allow_null=True, help_text="null: the whole event.")

    def address(self, code: EventCode) -> str:
        return reverse("events-api:code", args=[code.event.uuid, code.uuid])


class EventSerializer(PlaceSerializer):
    url = serializers.SerializerMethodField()
    start = MomentField()
    end = MomentField()
    time_zone = ZoneField(required=False, help_text="In which posters show its times. That of the country if you send none.")
    codes = serializers.SerializerMethodField(help_text="Of the whole event; those of its slots stand with them.")

    def get_url(self, event: Event) -> str:
        return str(self.context["request"].build_absolute_uri(reverse("events-api:event", args=[event.uuid])))

    @extend_schema_field(EventCodeSerializer(many=True))
    def get_codes(self, event: Any) -> Any:
        return EventCodeSerializer(event.codes_of_whole, many=True, context=self.context).data

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        times = self._schedule(attrs)
        event = self.context.get("place")
        kept = event is not None and (times.start, times.end) == (event.start, event.end)
        if not kept:
            check_times(start=times.start, end=times.end, now=timezone.now())
        return attrs

    def schedule(self) -> Schedule:
        """The times that were sent, once they are valid; what was not sent stays as it was."""
        return self._schedule(self.validated_data)

    def _schedule(self, sent: dict[str, Any]) -> Schedule:
        event = self.context.get("place")
        names = ("start", "end", "time_zone")
        kept = {name: getattr(event, name) for name in names} if event else {"time_zone": self.context["country"].time_zone}
        return Schedule(**(kept | {name: sent[name] for name in names if name in sent}))


class ShowParameter(serializers.Serializer[Any]):
    show = serializers.ChoiceField(choices=["upcoming", "past", "archived"], default="upcoming")


class EventList(ApiView):
    pagination_class = Pages

    @extend_schema(operation_id="events_list", responses=EventSerializer(many=True), parameters=[ShowParameter], tags=["events"])
    def get(self, request: Request) -> Response:
        """List the events.

        Those that are not over, the last made first; or, with `show`, those that are over or archived.
        """
        parameters = ShowParameter(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        own, now = events_of(request), timezone.now()
        choices = {"upcoming": own.upcoming(now), "past": own.past(now), "archived": own.archived()}
        return page_of(choices[parameters.validated_data["show"]], EventSerializer, view=self, request=request)

    @extend_schema(operation_id="events_create", request=EventSerializer, responses={201: EventSerializer}, tags=["events"])
    @idempotent
    def post(self, request: Request) -> Response:
        """Make an event, with its codes.

        One for the entrance and one for invitations and tickets, of the same LTId. Adding slots takes their place.
        """
        who = caller(request)
        serializer = EventSerializer(data=request.data, context={"request": request, "country": who.organisation.country})
        serializer.is_valid(raise_exception=True)
        with said_as_event_problems():
            made = plan_event(
                by=who.user,
                organisation=who.organisation,
                details=serializer.details(),
                schedule=serializer.schedule(),
                now=timezone.now(),
            )
        return _answer(request, made.uuid, status=201)


class EventDetail(ApiView):
    @extend_schema(operation_id="events_fetch", responses=EventSerializer, tags=["events"])
    def get(self, request: Request, uuid: UUID) -> Response:
        """Fetch an event."""
        return _answer(request, uuid)

    @extend_schema(operation_id="events_change", request=EventSerializer, responses=EventSerializer, tags=["events"])
    def patch(self, request: Request, uuid: UUID) -> Response:
        """Change an event.

        Only what is sent changes. Codes that are already issued stay as they were; `edited_since` then says what differs.
        """
        who, event = caller(request), find(events_of(request), uuid=uuid)
        context = {"request": request, "country": event.country, "place": event}
        serializer = EventSerializer(event, data=request.data, partial=True, context=context)
        serializer.is_valid(raise_exception=True)
        with said_as_event_problems():
            change_event(event, by=who.user, details=serializer.details(), schedule=serializer.schedule())
        return _answer(request, uuid)


class EventArchive(ApiView):
    @extend_schema(operation_id="events_archive", request=None, responses=EventSerializer, tags=["events"])
    @idempotent
    def post(self, request: Request, uuid: UUID) -> Response:
        """Archive an event.

        Phones still recognise its codes. It can be brought back until it is deleted. Archiving twice changes nothing.
        """
        archive_event(find(events_of(request), uuid=uuid), by=caller(request).user, now=timezone.now())
        return _answer(request, uuid)


class EventBringBack(ApiView):
    @extend_schema(operation_id="events_bring_back", request=None, responses=EventSerializer, tags=["events"])
    @idempotent
    def post(self, request: Request, uuid: UUID) -> Response:
        """Bring back an archived event.

        It comes with the same codes.
        """
        bring_back_event(find(events_of(request), uuid=uuid), by=caller(request).user)
        return _answer(request, uuid)


class EventPrints(ApiView):
    is_reading = True

    @extend_schema(operation_id="events_print", request=PrintSerializer, responses={202: JobSerializer}, tags=["events"])
    @idempotent
    def post(self, request: Request, uuid: UUID) -> Response:
        """Order prints or a bundle of an event.

        Of all its slots and rooms. The answer is a job: `Location` says where to ask how far it is.
        """
        return order(request, of_event(find(events_of(request), uuid=uuid)))


@contextmanager
def said_as_event_problems() -> Iterator[None]:
    """What a verb on events raises, as the caller is told."""
    try:
        with said_as_problems():
            yield
    except EventOver as error:
        raise Refused("event-over", _("This event is over: its codes are no longer renewed.")) from error
    except TooManyCodes as error:
        sentence = _("An event has at most %(limit)s codes in use. Make another event.") % {"limit": MOST_CODES}
        raise Refused("too-many", sentence) from error
    except SlotOutside as error:
        sentence = _("A slot of this event would lie outside of these times. Change or remove it first.")
        raise serializers.ValidationError({"start": [sentence]}) from error


def events_of(request: Request) -> Any:
    whole = EventCode.objects.current().filter(slot=None, room=None).order_by("kind", "pk")
    own = Event.objects.filter(organisation=caller(request).organisation).with_country()
    return own.prefetch_related(Prefetch("codes", queryset=whole, to_attr="codes_of_whole"))


def _answer(request: Request, uuid: UUID, *, status: int = 200) -> Response:
    shown = EventSerializer(find(events_of(request), uuid=uuid), context={"request": request}).data
    return Response(shown, status=status, headers={"Location": shown["url"]} if status == 201 else None)
