"""Cases by program, for other tools of the authority: the verbs of the pages, the regions of the token's person."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clea_portal.api.authentication import tracer
from clea_portal.api.base import ApiView, find
from clea_portal.api.idempotency import idempotent
from clea_portal.api.pagination import Pages
from clea_portal.api.problems import Refused
from clea_portal.api.tokens import Tracer
from clea_portal.audit.trail import record_read
from clea_portal.authorities.models import Region
from mct.api_fields import CaseDetailSerializer, CaseRowSerializer, NewCaseSerializer
from mct.cases import register_case
from mct.dossiers import MOST_CASES, TooManyCases
from mct.enums import CaseState
from mct.models import Case
from mct.moves import IllegalMove, SomeoneWasFaster
from mct.trail_exporting import LISTED, shown_of

MEGABYTE = 1024 * 1024
# Pictures come in it. A third of them is what base64 adds.
BODY_LIMIT = 32 * MEGABYTE


_RELATED = ("region__country", "dossier", "merged_into")


class CaseParameters(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=CaseState.values, required=False)
    country = serializers.CharField(max_length=2, required=False, help_text="ISO code.")
    region = serializers.IntegerField(min_value=0, max_value=255, required=False, help_text="Its number.")
    dossier = serializers.UUIDField(required=False, help_text="The number that all cases of one person have.")

    def narrowed(self, cases: "QuerySet[Case]") -> "QuerySet[Case]":
        """Raises ValidationError."""
        self.is_valid(raise_exception=True)
        lookups = {"state": "state", "country": "region__country__code", "region": "region__number", "dossier": "dossier__uuid"}
        return cases.filter(**{lookups[name]: value for name, value in self.validated_data.items()})


class CaseView(ApiView):
    speaks_for = Tracer
    body_limit = BODY_LIMIT

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Once it is known who calls, a body beyond Django's own limit is read into memory, up to ours."""
        super().initial(request, *args, **kwargs)
        if request.method == "POST":
            body = request._request.read(BODY_LIMIT + 1)
            if len(body) > BODY_LIMIT:
                raise Refused("too-large", _("A request has at most %(limit)s kilobytes.") % {"limit": BODY_LIMIT // 1024})
            request._request._body = body


class CaseList(CaseView):
    pagination_class = Pages

    @extend_schema(operation_id="cases_list", responses=CaseRowSerializer(many=True), parameters=[CaseParameters], tags=["cases"])
    def get(self, request: Request) -> Response:
        """List the cases of your regions.

        The last registered first, without notes and codes. Each page is logged as a read.
        """
        parameters = CaseParameters(data=request.query_params)
        cases = parameters.narrowed(_cases(request)).select_related(*_RELATED).defer("notes", "merged_into__notes")
        pages = Pages()
        shown = pages.paginate_queryset(cases, request, view=self) or []
        who = tracer(request)
        record_read(
            actor=who.user,
            verb=LISTED,
            on=who.user,
            token=str(who.token.uuid),
            cases=len(shown),
            regions=shown_of(shown),
        )
        return pages.get_paginated_response(CaseRowSerializer(shown, many=True, context={"request": request}).data)

    @extend_schema(operation_id="cases_create", request=NewCaseSerializer, responses={201: CaseDetailSerializer}, tags=["cases"])
    @idempotent
    def post(self, request: Request) -> Response:
        """Register a case.

        With links or pictures of the place's code it is linked at once, else it stays a draft. Nothing is declared by it: that a
        person does, on the case's page. A request has at most 32 MB.
        """
        who = tracer(request)
        regions = list(Region.objects.filter(pk__in=who.regions).select_related("country"))
        serializer = NewCaseSerializer(data=request.data, context={"regions": regions, "cases": _cases(request)})
        serializer.is_valid(raise_exception=True)
        try:
            case = register_case(by=who.user, **serializer.validated_data)
        except TooManyCases as error:
            text = _("One person has at most %(count)d cases. Register further ones by themselves.") % {"count": MOST_CASES}
            raise serializers.ValidationError({"beside": [text]}) from error
        except (IllegalMove, SomeoneWasFaster) as error:
            text = _("The case has changed meanwhile. Look again.")
            raise serializers.ValidationError({"beside": [text]}) from error
        return _answer(request, case.uuid, status=201)


class CaseDetail(CaseView):
    @extend_schema(operation_id="cases_fetch", responses=CaseDetailSerializer, tags=["cases"])
    def get(self, request: Request, uuid: UUID) -> Response:
        """Fetch a case of your regions, with its notes, codes and declarations.

        Logged as a read.
        """
        who, case = tracer(request), find(_cases(request), uuid=uuid)
        record_read(actor=who.user, verb="opened", on=case, token=str(who.token.uuid))
        return _answer(request, uuid)


def _cases(request: Request) -> "QuerySet[Case]":
    return Case.objects.in_regions(tracer(request).regions)


def _answer(request: Request, uuid: UUID, *, status: int = 200) -> Response:
    cases = _cases(request).select_related(*_RELATED).prefetch_related("codes", "declarations")
    return Response(CaseDetailSerializer(find(cases, uuid=uuid), context={"request": request}).data, status=status)
