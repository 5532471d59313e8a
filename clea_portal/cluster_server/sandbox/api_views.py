"""``api``: the contract that docs/cluster-server-api.yaml describes."""

import hashlib
import json
from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clea_portal.cluster_server.sandbox import register
from clea_portal.cluster_server.sandbox.authentication import Client
from clea_portal.cluster_server.sandbox.checks import Refusal as Why
from clea_portal.cluster_server.sandbox.checks import RefusedError, hours_of_span, open_code
from clea_portal.cluster_server.sandbox.keys import server_key
from clea_portal.cluster_server.sandbox.models import Declaration
from clea_portal.cluster_server.sandbox.problems import CONTENT_TYPE, WORDS, problem_response
from clea_portal.cluster_server.sandbox.publication import publish_due
from clea_portal.cluster_server.sandbox.serializers import (
    ManualClusterRequestSerializer,
    ManualClusterSerializer,
    ProblemSerializer,
)
from clea_portal.protocol.errors import ProtocolError
from clea_portal.protocol.links import parse_link


def _problem(description: str) -> OpenApiResponse:
    return OpenApiResponse(ProblemSerializer, description=description)


UNAUTHORISED = {(401, CONTENT_TYPE): _problem("No token, or one that is not valid.")}
BUSY = {
    (429, CONTENT_TYPE): _problem("Too many calls: repeat after the seconds, or at the date, in Retry-After."),
    (503, CONTENT_TYPE): _problem("Nothing was done: repeat later."),
}


@extend_schema(tags=["manual clusters"])
class ManualClusterView(APIView):
    """One declaration, addressed by the UUID that the client chose for it."""

    @extend_schema(
        operation_id="declare",
        summary="Declare a cluster",
        description="Idempotent: the same declaration again is answered with 200 and counts once.",
        request=ManualClusterRequestSerializer,
        responses={
            201: OpenApiResponse(ManualClusterSerializer, description="Accepted."),
            200: OpenApiResponse(ManualClusterSerializer, description="Accepted before, nothing changed."),
            (400, CONTENT_TYPE): _problem("The body is malformed."),
            **UNAUTHORISED,
            (409, CONTENT_TYPE): _problem("This UUID stands for another declaration."),
            (410, CONTENT_TYPE): _problem("This declaration was withdrawn."),
            (422, CONTENT_TYPE): _problem(
                "The code cannot be decrypted, or was not valid at that time, or the time is in the future."
            ),
            **BUSY,
        },
    )
    def put(self, request: Request, uuid: UUID) -> Response:
        serializer = ManualClusterRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        now = timezone.now()
        try:
            declaration, is_new = self._declare(uuid, _issuer(request), serializer.validated_data, now)
        except RefusedError as error:
            return problem_response(422, WORDS[error.refusal])
        except register.ConflictError:
            return problem_response(409, "This UUID stands for another declaration.")
        except register.WithdrawnError:
            return problem_response(410, "This declaration was withdrawn.")
        return Response(_represent(declaration), status=201 if is_new else 200)

    @staticmethod
    def _declare(uuid: UUID, issuer: str, words: dict[str, Any], now: Any) -> tuple[Declaration, bool]:
        try:
            lsp = parse_link(words["locationSpecificPart"]).lsp
        except ProtocolError:
            raise RefusedError(Why.CODE_NOT_DECODABLE) from None
        start, end = words["start"], words["end"]
        digest = hashlib.sha256(json.dumps([lsp.hex(), start.timestamp(), end.timestamp()]).encode()).hexdigest()
        repeated = register.repeat_by_api(uuid=uuid, issuer=issuer, digest=digest)
        if repeated is not None:
            return repeated, False
        code = open_code(lsp, server_key())
        hours = hours_of_span(code, start, end, now=now)
        return register.accept_by_api(
            uuid=uuid,
            issuer=issuer,
            digest=digest,
            ltid=code.header.ltid,
            hours=hours,
            contact=code.message.encrypted_contact,
            now=now,
        )

    @extend_schema(
        operation_id="withdraw",
        summary="Withdraw a declaration",
        description="Idempotent. Also for a declaration that has not arrived: it will then be refused with 410. "
        "What phones have read already cannot be taken back.",
        request=None,
        responses={
            204: OpenApiResponse(description="Withdrawn."),
            **UNAUTHORISED,
            (409, CONTENT_TYPE): _problem("This UUID stands for another client's declaration."),
            **BUSY,
        },
    )
    def delete(self, request: Request, uuid: UUID) -> Response:
        try:
            register.withdraw_by_api(uuid=uuid, issuer=_issuer(request), now=timezone.now())
        except register.ConflictError:
            return problem_response(409, "This UUID stands for another client's declaration.")
        return Response(status=204)

    @extend_schema(
        operation_id="ask",
        summary="Ask what became of a declaration",
        description="The state and the hours that are flagged.",
        responses={
            200: OpenApiResponse(ManualClusterSerializer, description="What became of it."),
            **UNAUTHORISED,
            (404, CONTENT_TYPE): _problem("This client has made no declaration with this UUID."),
            **BUSY,
        },
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        publish_due(now=timezone.now())
        declaration = register.find_by_api(uuid=uuid, issuer=_issuer(request))
        if declaration is None:
            raise NotFound("This client has made no declaration with this UUID.")
        return Response(_represent(declaration))


def _issuer(request: Request) -> str:
    # What IsClient let through; the framework's types know only its own users.
    return cast(Client, request.user).issuer


def _represent(declaration: Declaration) -> dict[str, Any]:
    return dict(ManualClusterSerializer(register.describe(declaration)).data)
