"""Codes of events by program."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clea_portal.api.authentication import caller
from clea_portal.api.base import ApiView, find, page_of
from clea_portal.api.codes import (
    PdfRenderer,
    PictureParameters,
    PngRenderer,
    PosterParameters,
    SvgRenderer,
    hand_out,
    render_picture,
)
from clea_portal.api.idempotency import idempotent
from clea_portal.api.pagination import Pages
from clea_portal.api.throttling import count_document
from clea_portal.codes.files import FileKind
from clea_portal.posters.documents import render_pdf
from events.api import EventCodeSerializer, events_of, said_as_event_problems
from events.codes import renew_codes
from events.models import EventCode
from events.printing import printable


class EventCodesSerializer(serializers.Serializer[Any]):
    codes = EventCodeSerializer(many=True)


class EventCodeList(ApiView):
    pagination_class = Pages

    @extend_schema(operation_id="event_codes_list", responses=EventCodeSerializer(many=True), tags=["codes of events"])
    def get(self, request: Request, uuid: UUID) -> Response:
        """List the codes of an event.

        Those of its slots and rooms too; the newest first, replaced ones until they are deleted.
        """
        find(events_of(request), uuid=uuid)
        return page_of(_codes(request, uuid), EventCodeSerializer, view=self, request=request)


class EventCodeDetail(ApiView):
    @extend_schema(operation_id="event_codes_fetch", responses=EventCodeSerializer, tags=["codes of events"])
    def get(self, request: Request, uuid: UUID, code: UUID) -> Response:
        """Fetch a code of an event."""
        return Response(EventCodeSerializer(find(_codes(request, uuid), uuid=code), context={"request": request}).data)


class EventCodeRenew(ApiView):
    @extend_schema(
        operation_id="event_codes_renew", request=None, responses={201: EventCodesSerializer}, tags=["codes of events"]
    )
    @idempotent
    def post(self, request: Request, uuid: UUID, code: UUID) -> Response:
        """Renew a code of an event, and its siblings.

        Codes of all kinds of the same slot and room share one LTId, so they are renewed together. The answer is the new ones.
        """
        old = find(_codes(request, uuid), uuid=code)
        with said_as_event_problems():
            made = renew_codes(old, by=caller(request).user, now=timezone.now())
        new = _codes(request, uuid).filter(pk__in=[row.pk for row in made]).order_by("kind", "pk")
        return Response({"codes": EventCodeSerializer(new, many=True, context={"request": request}).data}, status=201)


class EventCodePng(ApiView):
    renderer_classes = [PngRenderer]

    @extend_schema(
        operation_id="event_codes_png",
        parameters=[PictureParameters],
        responses={(200, "image/png"): OpenApiTypes.BINARY},
        tags=["codes of events"],
    )
    def get(self, request: Request, uuid: UUID, code: UUID) -> HttpResponse:
        """Fetch a code of an event as a PNG."""
        found = find(_codes(request, uuid), uuid=code)
        return hand_out(request, printable(found), FileKind.PNG, lambda: render_picture(request, found, FileKind.PNG))


class EventCodeSvg(ApiView):
    renderer_classes = [SvgRenderer]

    @extend_schema(
        operation_id="event_codes_svg", responses={(200, "image/svg+xml"): OpenApiTypes.BINARY}, tags=["codes of events"]
    )
    def get(self, request: Request, uuid: UUID, code: UUID) -> HttpResponse:
        """Fetch a code of an event as an SVG."""
        found = find(_codes(request, uuid), uuid=code)
        return hand_out(request, printable(found), FileKind.SVG, lambda: render_picture(request, found, FileKind.SVG))


class EventCodePoster(ApiView):
    renderer_classes = [PdfRenderer]

    @extend_schema(
        operation_id="event_codes_poster",
        parameters=[PosterParameters],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        tags=["codes of events"],
    )
    def get(self, request: Request, uuid: UUID, code: UUID) -> HttpResponse:
        """Fetch a code of an event as a poster (PDF, A4)."""
        found = find(_codes(request, uuid), uuid=code)
        language = PosterParameters(data=request.query_params).chosen(found.event.country)
        count_document(request)
        return hand_out(
            request, printable(found), FileKind.PDF, lambda: render_pdf(printable(found).poster(languages=(language,)))
        )


def _codes(request: Request, event: UUID) -> QuerySet[EventCode]:
    return EventCode.objects.with_event().filter(event__uuid=event, event__organisation=caller(request).organisation)
