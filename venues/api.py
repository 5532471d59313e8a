"""Venues and their codes by program: the verbs of the pages, and nothing of their own."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clea_portal.api.authentication import caller
from clea_portal.api.base import ApiView, find, page_of
from clea_portal.api.codes import (
    CodeSerializer,
    PdfRenderer,
    PictureParameters,
    PngRenderer,
    PosterParameters,
    SvgRenderer,
    hand_out,
    render_picture,
    said_as_problems,
)
from clea_portal.api.idempotency import idempotent
from clea_portal.api.pagination import Pages
from clea_portal.api.places import ArchivedParameter, PlaceSerializer
from clea_portal.api.prints import JobSerializer, PrintSerializer, order
from clea_portal.api.problems import Refused
from clea_portal.api.throttling import count_document
from clea_portal.codes.files import FileKind
from clea_portal.posters.documents import render_pdf
from venues.codes import renew_code
from venues.managing import archive_venue, bring_back_venue, change_venue, open_venue
from venues.models import Venue, VenueCode, VenueCodeKind
from venues.printing import of_venue, printable


class VenueCodeSerializer(CodeSerializer):
    def address(self, code: VenueCode) -> str:
        return reverse("venues-api:code", args=[code.venue.uuid, code.uuid])


class VenueSerializer(PlaceSerializer):
    url = serializers.SerializerMethodField()
    code = serializers.SerializerMethodField(help_text="The code of the whole venue that counts now.")

    def get_url(self, venue: Venue) -> str:
        return str(self.context["request"].build_absolute_uri(reverse("venues-api:venue", args=[venue.uuid])))

    @extend_schema_field(VenueCodeSerializer(allow_null=True))
    def get_code(self, venue: Any) -> Any:
        code = next(iter(venue.codes_of_whole), None)
        return VenueCodeSerializer(code, context=self.context).data if code else None


class VenueList(ApiView):
    pagination_class = Pages

    @extend_schema(
        operation_id="venues_list", responses=VenueSerializer(many=True), parameters=[ArchivedParameter], tags=["venues"]
    )
    def get(self, request: Request) -> Response:
        """List the venues.

        The newest first. With `archived=true`, those that are archived instead.
        """
        own = venues_of(request)
        shown = own.archived() if ArchivedParameter.chosen(request) else own.in_use()
        return page_of(shown, VenueSerializer, view=self, request=request)

    @extend_schema(operation_id="venues_create", request=VenueSerializer, responses={201: VenueSerializer}, tags=["venues"])
    @idempotent
    def post(self, request: Request) -> Response:
        """Make a venue, with its first code.

        The code counts at once and until it is renewed.
        """
        who = caller(request)
        serializer = VenueSerializer(data=request.data, context={"request": request, "country": who.organisation.country})
        serializer.is_valid(raise_exception=True)
        with said_as_problems():
            made = open_venue(by=who.user, organisation=who.organisation, details=serializer.details(), now=timezone.now())
        return _answer(request, made.uuid, status=201)


class VenueDetail(ApiView):
    @extend_schema(operation_id="venues_fetch", responses=VenueSerializer, tags=["venues"])
    def get(self, request: Request, uuid: UUID) -> Response:
        """Fetch a venue."""
        return _answer(request, uuid)

    @extend_schema(operation_id="venues_change", request=VenueSerializer, responses=VenueSerializer, tags=["venues"])
    def patch(self, request: Request, uuid: UUID) -> Response:
        """Change a venue.

        Only what is sent changes. A code that is already issued stays as it was; its `edited_since` then says what differs.
        """
        who, venue = caller(request), find(venues_of(request), uuid=uuid)
        context = {"request": request, "country": venue.country, "place": venue}
        serializer = VenueSerializer(venue, data=request.data, partial=True, context=context)
        serializer.is_valid(raise_exception=True)
        change_venue(venue, by=who.user, details=serializer.details())
        return _answer(request, uuid)


class VenueArchive(ApiView):
    @extend_schema(operation_id="venues_archive", request=None, responses=VenueSerializer, tags=["venues"])
    @idempotent
    def post(self, request: Request, uuid: UUID) -> Response:
        """Archive a venue.

        Phones still recognise its code. It can be brought back within a year. Archiving twice changes nothing.
        """
        archive_venue(find(venues_of(request), uuid=uuid), by=caller(request).user, now=timezone.now())
        return _answer(request, uuid)


class VenueBringBack(ApiView):
    @extend_schema(operation_id="venues_bring_back", request=None, responses=VenueSerializer, tags=["venues"])
    @idempotent
    def post(self, request: Request, uuid: UUID) -> Response:
        """Bring back an archived venue.

        It comes with the same code.
        """
        bring_back_venue(find(venues_of(request), uuid=uuid), by=caller(request).user)
        return _answer(request, uuid)


class VenuePrints(ApiView):
    is_reading = True

    @extend_schema(operation_id="venues_print", request=PrintSerializer, responses={202: JobSerializer}, tags=["venues"])
    @idempotent
    def post(self, request: Request, uuid: UUID) -> Response:
        """Order prints or a bundle of a venue.

        Of its codes without an end, of all its rooms. The answer is a job: `Location` says where to ask how far it is.
        """
        return order(request, of_venue(find(venues_of(request), uuid=uuid)))


class VenueCodeList(ApiView):
    pagination_class = Pages

    @extend_schema(operation_id="venue_codes_list", responses=VenueCodeSerializer(many=True), tags=["codes of venues"])
    def get(self, request: Request, uuid: UUID) -> Response:
        """List the codes of a venue.

        The newest first, replaced ones too, until they are deleted.
        """
        find(venues_of(request), uuid=uuid)
        return page_of(_codes(request, uuid), VenueCodeSerializer, view=self, request=request)


class VenueCodeDetail(ApiView):
    @extend_schema(operation_id="venue_codes_fetch", responses=VenueCodeSerializer, tags=["codes of venues"])
    def get(self, request: Request, uuid: UUID, code: UUID) -> Response:
        """Fetch a code of a venue."""
        return _code_answer(request, find(_codes(request, uuid), uuid=code))


class VenueCodeRenew(ApiView):
    @extend_schema(operation_id="venue_codes_renew", request=None, responses={201: VenueCodeSerializer}, tags=["codes of venues"])
    @idempotent
    def post(self, request: Request, uuid: UUID, code: UUID) -> Response:
        """Renew a code of a venue.

        The answer is the new code. The old one is listed as replaced, and is no longer printed.
        """
        old = find(_codes(request, uuid), uuid=code)
        if old.kind != VenueCodeKind.STATIC:
            raise Refused("not-ready", _("Only a code without an end is renewed. A dated one ends by itself."))
        with said_as_problems():
            new = renew_code(old, by=caller(request).user, now=timezone.now())
        return _code_answer(request, find(_codes(request, uuid), uuid=new.uuid), status=201)


class VenueCodePng(ApiView):
    renderer_classes = [PngRenderer]

    @extend_schema(
        operation_id="venue_codes_png",
        parameters=[PictureParameters],
        responses={(200, "image/png"): OpenApiTypes.BINARY},
        tags=["codes of venues"],
    )
    def get(self, request: Request, uuid: UUID, code: UUID) -> HttpResponse:
        """Fetch a code of a venue as a PNG."""
        found = find(_codes(request, uuid), uuid=code)
        return hand_out(request, printable(found), FileKind.PNG, lambda: render_picture(request, found, FileKind.PNG))


class VenueCodeSvg(ApiView):
    renderer_classes = [SvgRenderer]

    @extend_schema(
        operation_id="venue_codes_svg", responses={(200, "image/svg+xml"): OpenApiTypes.BINARY}, tags=["codes of venues"]
    )
    def get(self, request: Request, uuid: UUID, code: UUID) -> HttpResponse:
        """Fetch a code of a venue as an SVG."""
        found = find(_codes(request, uuid), uuid=code)
        return hand_out(request, printable(found), FileKind.SVG, lambda: render_picture(request, found, FileKind.SVG))


class VenueCodePoster(ApiView):
    renderer_classes = [PdfRenderer]

    @extend_schema(
        operation_id="venue_codes_poster",
        parameters=[PosterParameters],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        tags=["codes of venues"],
    )
    def get(self, request: Request, uuid: UUID, code: UUID) -> HttpResponse:
        """Fetch a code of a venue as a poster (PDF, A4)."""
        found = find(_codes(request, uuid), uuid=code)
        language = PosterParameters(data=request.query_params).chosen(found.venue.country)
        count_document(request)
        return hand_out(
            request, printable(found), FileKind.PDF, lambda: render_pdf(printable(found).poster(languages=(language,)))
        )


def venues_of(request: Request) -> Any:
    static = VenueCode.objects.static().current().filter(room=None)
    own = Venue.objects.filter(organisation=caller(request).organisation).with_country()
    return own.prefetch_related(Prefetch("codes", queryset=static, to_attr="codes_of_whole"))


def _codes(request: Request, venue: UUID) -> QuerySet[VenueCode]:
    return VenueCode.objects.with_venue().filter(venue__uuid=venue, venue__organisation=caller(request).organisation)


def _answer(request: Request, uuid: UUID, *, status: int = 200) -> Response:
    venue = find(venues_of(request), uuid=uuid)
    shown = VenueSerializer(venue, context={"request": request}).data
    return Response(shown, status=status, headers={"Location": shown["url"]} if status == 201 else None)


def _code_answer(request: Request, code: VenueCode, *, status: int = 200) -> Response:
    shown = VenueCodeSerializer(code, context={"request": request}).data
    return Response(shown, status=status, headers={"Location": shown["url"]} if status == 201 else None)
