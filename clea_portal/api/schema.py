"""The description of the API, and what drf-spectacular cannot see for itself."""

from functools import lru_cache
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from clea_portal.api.authentication import TokenAuthentication
from clea_portal.api.idempotency import HEADER, KEY_LIMIT
from clea_portal.api.problems import CONTENT_TYPE, KINDS

_PROBLEM = {
    "type": "object",
    "description": "Problem details, RFC 9457.",
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "The kind of problem; decide by this."},
        "title": {"type": "string", "description": "What the kind is, in the language of the request."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What to do, in the language of the request."},
        "errors": {
            "type": "array",
            "description": "For a body that is not right: where, and why.",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer to the field (RFC 6901)."},
                    "detail": {"type": "string"},
                },
                "required": ["pointer", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
}
_KEY = {
    "name": HEADER,
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_LIMIT},
    "description": "Your own unique name for this request, for instance a UUID. Whoever repeats the request with it within"
    " 24 hours gets the same answer, and nothing is done twice.",
}
_EVERY = (406, 429)
_WITH_BODY = (400, 413, 415)
_POST = (409, 422)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A personal token, made on the page Account › API tokens."}


class ApiSchema(AutoSchema):
    """The summary of an operation is the first line of its method's docstring."""

    def get_summary(self) -> str | None:
        return self._lines()[0].rstrip(".") or None

    def get_description(self) -> str:  # type: ignore[override]
        return " ".join(self._lines()[1:]).strip()

    def _lines(self) -> list[str]:
        method = getattr(self.view, self.method.lower())
        return [line.strip() for line in (method.__doc__ or "").strip().splitlines()] or [""]


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say of every operation what all have: the problems it may answer with, and the idempotency key of a POST."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = _PROBLEM
    statuses = sorted({kind.status for kind in KINDS.values()})
    components["responses"] = {f"Problem{status}": _response(status) for status in statuses}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            is_public = operation.get("security") == [{}]
            wanted = [*_EVERY, 500]
            wanted += [404] if is_public else [401, 403]
            wanted += [404] if "{" in path else []
            wanted += _WITH_BODY if "requestBody" in operation else []
            if method == "post" and any(TokenScheme.name in way for way in operation.get("security", [])):
                wanted += _POST
                operation.setdefault("parameters", []).append(_KEY)
            for status in sorted(set(wanted)):
                operation["responses"].setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
    return result


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """The whole as OpenAPI 3, made once per process."""
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


def _response(status: int) -> dict[str, Any]:
    kinds = [f"`{name}`" for name, kind in KINDS.items() if kind.status == status]
    return {
        "description": f"Refused: {' or '.join(kinds)}.",
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
