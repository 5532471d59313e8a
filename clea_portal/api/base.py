"""What every view of the API does alike."""

from datetime import UTC
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from clea_portal.api.authentication import MayCall, TokenAuthentication
from clea_portal.api.pagination import Pages
from clea_portal.api.parsing import BODY_LIMIT, StrictJSONParser
from clea_portal.api.problems import Refused
from clea_portal.api.schema import ApiSchema
from clea_portal.api.throttling import CallsPerToken
from clea_portal.api.tokens import Caller, Speaker

Row = TypeVar("Row", bound=Model)


class Negotiation(DefaultContentNegotiation):
    """By ``?format=``, else by Accept with its weights."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        if request.query_params.get("format"):
            return super().select_renderer(request, renderers, format_suffix)
        known = {renderer.media_type: renderer for renderer in renderers}
        if "*/*" in known:
            return known["*/*"], "*/*"
        preferred = request._request.get_preferred_type(list(known))
        if preferred is None:
            raise NotAcceptable
        return known[preferred], preferred


class ApiView(APIView):
    # Tokens only: a browser's cookie authorises nothing, so no other site can make a browser call.
    authentication_classes = [TokenAuthentication]
    permission_classes = [MayCall]
    throttle_classes = [CallsPerToken]
    parser_classes = [StrictJSONParser]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = Negotiation
    metadata_class = None
    http_method_names = ["get", "head", "post", "patch", "delete"]
    schema = ApiSchema()
    # What kind of token it takes, and how large a request.
    speaks_for: type[Speaker] = Caller
    body_limit = BODY_LIMIT

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        # Times go out in UTC, whoever asks.
        with timezone.override(UTC):
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if int(request.META.get("CONTENT_LENGTH") or 0) > self.body_limit:
            limit = self.body_limit // 1024
            raise Refused("too-large", _("A request has at most %(limit)s kilobytes.") % {"limit": limit})
        super().initial(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response


def find(rows: QuerySet[Row], *, uuid: UUID) -> Row:
    """Raises Http404."""
    try:
        return rows.get(uuid=uuid)
    except ObjectDoesNotExist as error:
        raise Http404 from error


def page_of(rows: QuerySet[Row], serializer: type[Serializer[Any]], *, view: APIView, request: Request) -> Response:
    """One page of the rows, as ``serializer`` shows each."""
    pages = Pages()
    shown = pages.paginate_queryset(rows, request, view=view)
    return pages.get_paginated_response(serializer(shown, many=True, context={"request": request}).data)
