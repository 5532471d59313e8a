"""Refusals as problem details (RFC 9457), in the caller's language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import defaults
from rest_framework import exceptions
from rest_framework.views import exception_handler

CONTENT_TYPE = "application/problem+json"
PREFIX = "/api/"


@dataclass(frozen=True)
class Kind:
    """``title``: the same for every occurrence of the kind."""

    status: int
    title: str | Promise


# Stable names: programs decide by them. The page of the API lists them all.
KINDS = {
    "invalid": Kind(400, gettext_lazy("Something in the request is not right")),
    "malformed": Kind(400, gettext_lazy("The request cannot be read")),
    "not-authenticated": Kind(401, gettext_lazy("A valid token is missing")),
    "read-only": Kind(403, gettext_lazy("This token may not do that")),
    "code-not-valid": Kind(403, gettext_lazy("This code does not work")),
    "not-found": Kind(404, gettext_lazy("There is nothing here")),
    "method-not-allowed": Kind(405, gettext_lazy("This address does not take this method")),
    "not-acceptable": Kind(406, gettext_lazy("This form of answer does not exist")),
    "already-renewed": Kind(409, gettext_lazy("The code had already been renewed")),
    "archived": Kind(409, gettext_lazy("This is archived")),
    "event-over": Kind(409, gettext_lazy("The event is over")),
    "not-ready": Kind(409, gettext_lazy("This cannot be done as things are")),
    "too-many": Kind(409, gettext_lazy("There are as many as there may be")),
    "replaced": Kind(409, gettext_lazy("The code has been replaced")),
    "other-content": Kind(409, gettext_lazy("This number belongs to another message")),
    "key-in-use": Kind(409, gettext_lazy("A call with this idempotency key is still at work")),
    "too-large": Kind(413, gettext_lazy("The request is too large")),
    "unsupported-media-type": Kind(415, gettext_lazy("This form of request is not understood")),
    "key-reused": Kind(422, gettext_lazy("This idempotency key belongs to another request")),
    "too-many-calls": Kind(429, gettext_lazy("Too many calls")),
    "fault": Kind(500, gettext_lazy("A fault on our side")),
    "no-key": Kind(503, gettext_lazy("No code can be made at the moment")),
    "not-set-up": Kind(503, gettext_lazy("Something is not set up yet")),
}
_OF_STATUS = {
    400: "malformed",
    401: "not-authenticated",
    403: "read-only",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    415: "unsupported-media-type",
    429: "too-many-calls",
}


class Refused(exceptions.APIException):
    """The call cannot be done. ``kind``: one of KINDS; ``detail``: a sentence that says what to do."""

    def __init__(self, kind: str, detail: str, *, wait: int | None = None) -> None:
        super().__init__(detail)
        self.kind, self.status_code, self.wait = kind, KINDS[kind].status, wait


def problem_response(
    kind: str, detail: str, *, headers: Mapping[str, str] | None = None, errors: list[dict[str, str]] | None = None
) -> HttpResponse:
    """``errors``: for each field that is not right, where it stands in the body (``pointer``) and why (``detail``)."""
    body: dict[str, Any] = {
        "type": f"{settings.PUBLIC_URL}/api/docs/#{kind}",
        "title": str(KINDS[kind].title),
        "status": KINDS[kind].status,
        "detail": detail,
    }
    if errors is not None:
        body["errors"] = errors
    return JsonResponse(body, status=KINDS[kind].status, content_type=CONTENT_TYPE, headers=dict(headers or {}))


def answer_problem(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's handler of exceptions: the same status and headers, as a problem."""
    response = exception_handler(error, context)
    if response is None:
        return None
    headers = {name: response[name] for name in ("WWW-Authenticate", "Retry-After", "Allow") if name in response}
    if isinstance(error, exceptions.ValidationError):
        errors = list(_field_errors(error.detail))
        return problem_response("invalid", _summary(errors), headers=headers, errors=errors)
    if isinstance(error, Refused):
        return problem_response(error.kind, str(error.detail), headers=headers)
    kind = _OF_STATUS[response.status_code]
    if isinstance(error, Http404 | exceptions.NotFound):
        return problem_response(kind, _nothing_here(), headers=headers)
    return problem_response(kind, str(getattr(error, "detail", KINDS[kind].title)), headers=headers)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 404, for addresses that no view answers."""
    if request.path.startswith(PREFIX):
        return problem_response("not-found", _nothing_here())
    return defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(PREFIX):
        return problem_response("malformed", str(KINDS["malformed"].title))
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(PREFIX):
        return problem_response("fault", _("Nothing was done. Try again; if it happens again, tell us when it happened."))
    return defaults.server_error(request)


def _nothing_here() -> str:
    return _("There is nothing at this address, or this token’s organisation does not have it.")


def _summary(errors: list[dict[str, str]]) -> str:
    return ngettext("One thing is not right: see “errors”.", "%(count)s things are not right: see “errors”.", len(errors)) % {
        "count": len(errors)
    }


def _field_errors(detail: Any, pointer: str = "#") -> Iterator[dict[str, str]]:
    """Depth first, in the order of the fields. (RFC 6901 for the pointers.)"""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = pointer if name == "non_field_errors" else f"{pointer}/{_escaped(name)}"
            yield from _field_errors(inner, own)
    elif isinstance(detail, list) and any(isinstance(inner, dict | list) for inner in detail):
        for position, inner in enumerate(detail):
            yield from _field_errors(inner, f"{pointer}/{position}")
    elif isinstance(detail, list):
        yield from ({"pointer": pointer, "detail": str(sentence)} for sentence in detail)
    else:
        yield {"pointer": pointer, "detail": str(detail)}


def _escaped(name: object) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")
