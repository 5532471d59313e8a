"""``wreport``: where phones send their visits. (CLEA protocol, upload of visits by phones.)"""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clea_portal.cluster_server.sandbox import options, visits
from clea_portal.cluster_server.sandbox.api_views import BUSY, UNAUTHORISED
from clea_portal.cluster_server.sandbox.authentication import ClientAuthentication
from clea_portal.cluster_server.sandbox.problems import CONTENT_TYPE, problem_response
from clea_portal.cluster_server.sandbox.serializers import MAX_ENCODED_LSP, ProblemSerializer
from clea_portal.protocol.ntp import to_ntp

MOST_VISITS = 1000
LATEST_NTP = 2**32 - 1


class ReportAuthentication(ClientAuthentication):
    """Of the tokens that the portal signs, those whose audience is the address of the reports, and no others."""

    def audiences(self) -> list[str]:
        return options.current().report_audiences


class VisitSerializer(serializers.Serializer[dict[str, Any]]):
    """A place, by the code that the phone scanned, and when."""

    qrCode = serializers.CharField(  # noqa: N815 - the contract's name
        max_length=MAX_ENCODED_LSP, help_text="The code's location-specific part, Base64url, with or without padding."
    )
    qrCodeScanTime = serializers.IntegerField(  # noqa: N815
        min_value=0, max_value=LATEST_NTP, help_text="NTP seconds. Of a code that tells its own time (LSP type 1), that counts."
    )


class ReportSerializer(serializers.Serializer[dict[str, Any]]):
    pivotDate = serializers.IntegerField(  # noqa: N815
        min_value=0, max_value=LATEST_NTP, help_text="NTP seconds: since when the person may have infected others."
    )
    visits = VisitSerializer(many=True, min_length=1, max_length=MOST_VISITS)


class ReportAnswerSerializer(serializers.Serializer[dict[str, Any]]):
    success = serializers.BooleanField()
    message = serializers.CharField(help_text="How many of the visits were accepted, for instance `3/4 accepted visits`.")


class ReportView(APIView):
    authentication_classes = [ReportAuthentication]

    @extend_schema(
        operation_id="report",
        tags=["visits"],
        summary="Report visits",
        description="By the phone of a person who was found infected. The token's `aud` is this very address, and it lets one"
        " report in; the same report again is answered alike and counts once. A visit whose code cannot be decrypted or did not"
        " count at that time is left out.",
        request=ReportSerializer,
        responses={
            200: OpenApiResponse(ReportAnswerSerializer, description="Taken."),
            (400, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, description="The body is malformed."),
            **UNAUTHORISED,
            (403, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, description="The token has let another report in."),
            **BUSY,
        },
    )
    def post(self, request: Request) -> Response:
        serializer = ReportSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        words, now = serializer.validated_data, timezone.now()
        if words["pivotDate"] > to_ntp(now):
            return problem_response(400, "pivotDate: The time lies in the future.")
        # What ReportAuthentication let through; the framework's types know only its own.
        claims = cast(dict[str, Any], request.auth)
        try:
            message = visits.report(
                jti=claims["jti"],
                expires_at=datetime.fromtimestamp(claims["exp"], UTC) + timedelta(seconds=1),
                digest=hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest(),
                visits=words["visits"],
                now=now,
            )
        except visits.TokenUsedError:
            return problem_response(403, "The token has let another report in. Ask for a new code.")
        return Response({"success": True, "message": message})
