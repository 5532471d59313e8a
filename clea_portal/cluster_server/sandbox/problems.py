"""Refusals of the api as problems. (RFC 9457.)"""

from http import HTTPStatus
from typing import Any

from django.http import JsonResponse
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from clea_portal.cluster_server.sandbox.checks import Refusal

CONTENT_TYPE = "application/problem+json"
WORDS = {
    Refusal.CODE_NOT_DECODABLE: "locationSpecificPart is not Base64url.",
    Refusal.CODE_INVALID: "The location-specific part cannot be decrypted or fails validation.",
    Refusal.CODE_NOT_VALID_THEN: "The code was not valid at that time.",
    Refusal.DATE_MALFORMED: "end must lie after start.",
    Refusal.DATE_IN_FUTURE: "The time lies in the future.",
    Refusal.ASKED_TO: "The sandbox was told to refuse.",
}


def problem(status: int, detail: str) -> dict[str, Any]:
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def problem_response(status: int, detail: str) -> Response:
    return Response(problem(status, detail), status=status, content_type=CONTENT_TYPE)


def refuse_because_asked() -> JsonResponse:
    return JsonResponse(problem(422, WORDS[Refusal.ASKED_TO]), status=422, content_type=CONTENT_TYPE)


def answer_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler of exceptions: the same status and headers, as a problem."""
    response = exception_handler(error, context)
    if response is None or not isinstance(error, APIException):
        return response
    answer = problem_response(response.status_code, _detail(error))
    for header in ("WWW-Authenticate", "Retry-After", "Allow"):
        if header in response:
            answer[header] = response[header]
    return answer


def _detail(error: APIException) -> str:
    if isinstance(error, ValidationError) and isinstance(error.detail, dict):
        return " ".join(f"{field}: {' '.join(map(str, messages))}" for field, messages in error.detail.items())
    return str(error.detail)
