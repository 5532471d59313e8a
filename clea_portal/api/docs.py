"""The description of the API as a page for people: read from the schema, so it says the same."""

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings

from clea_portal.api.idempotency import HEADER
from clea_portal.api.problems import KINDS
from clea_portal.api.schema import description

# What fields look like, by name; the rest by type.
_EXAMPLES: dict[str, Any] = {
    "name": "La Table du Drac",
    "phone": "+33 4 65 71 00 38",
    "pin": "380038",
    "region": 38,
    "country": "FR",
    "time_zone": "Europe/Paris",
    "start": "2026-06-20T18:00:00Z",
    "end": "2026-06-20T20:00:00Z",
    "check_code": "K7PQ3M",
    "link": "https://tac.gouv.fr?v=0#…",
    "kind": "asynchronous",
    "label": "Restaurant",
    "archived_at": None,
    "replaced_at": None,
    "valid_until": None,
    "room": None,
    "slot": None,
    "next": None,
    "previous": None,
    "edited_since": [],
    "encrypted_contact": "Base64url of 65 bytes",
    "duration": 7200,
    "risk": 3.0,
    "uuid": "6b1d4c9e-0f3a-4f0e-9f53-2f6f0c5f1f5a",
}
_BY_FORMAT: dict[str, Any] = {
    "date-time": "2026-06-03T14:35:20Z",
    "date": "2026-06-20",
    "uuid": _EXAMPLES["uuid"],
    "uri": "https://…",
}
_METHODS = ("get", "post", "patch", "delete")


@dataclass(frozen=True, kw_only=True)
class Field:
    name: str
    kind: str
    required: bool
    text: str

    @property
    def pieces(self) -> list[str]:
        return in_pieces(self.text)


@dataclass(frozen=True, kw_only=True)
class Operation:
    name: str
    method: str
    path: str
    summary: str
    text: str
    parameters: list[Field]
    body: list[Field]
    answer: list[Field]
    request_example: str
    answer_example: str
    answers: list[tuple[str, str]]

    @property
    def pieces(self) -> list[str]:
        return in_pieces(self.text)


@dataclass(frozen=True, kw_only=True)
class Section:
    title: str
    operations: list[Operation] = field(default_factory=list)


@lru_cache(maxsize=1)
def sections() -> list[Section]:
    """All operations, in the order of the addresses, under their tags; made once per process."""
    schema = description()
    found: dict[str, Section] = {}
    for path, operations in schema["paths"].items():
        for method in (name for name in _METHODS if name in operations):
            operation = operations[method]
            title = operation["tags"][0]
            found.setdefault(title, Section(title=title)).operations.append(_operation(schema, path, method, operation))
    return list(found.values())


def kinds() -> list[tuple[str, int, Any]]:
    return [(name, kind.status, kind.title) for name, kind in KINDS.items()]


def in_pieces(text: str) -> list[str]:
    """Words and code by turns: what stands between two backticks is code."""
    return text.split("`")


def _operation(schema: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Operation:
    body = _content(operation.get("requestBody", {}))
    done = {status: answer for status, answer in operation["responses"].items() if status.startswith("2")}
    answer = next((_content(answer) for answer in done.values()), None)
    answers = [(status, kind) for status, said in done.items() for kind in (said.get("content") or {"": None})]
    return Operation(
        name=operation["operationId"],
        method=method,
        path=path,
        summary=operation["summary"],
        text=operation.get("description", ""),
        parameters=[
            Field(
                name=parameter["name"],
                kind=f"{parameter['in']}, {_kind(schema, parameter['schema'])}",
                required=parameter.get("required", False),
                text=parameter.get("description", ""),
            )
            for parameter in operation.get("parameters", [])
        ],
        body=_fields(schema, body, is_sent=True),
        answer=_fields(schema, answer),
        request_example=_curl(
            schema, path, method, body, is_keyed=any(each["name"] == HEADER for each in operation.get("parameters", []))
        ),
        answer_example=_json(_example(schema, "", answer)) if answer else "",
        answers=answers,
    )


def _content(said: dict[str, Any]) -> dict[str, Any] | None:
    """The schema of a body or answer in JSON."""
    schema: dict[str, Any] | None = said.get("content", {}).get("application/json", {}).get("schema")
    return schema


def _resolved(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Without the references of one level."""
    for combined in part.get("allOf", []):
        part = {**_resolved(schema, combined), **{name: value for name, value in part.items() if name != "allOf"}}
    if "$ref" in part:
        component: dict[str, Any] = schema
        for name in part["$ref"].removeprefix("#/").split("/"):
            component = component[name]
        return component
    return part


def _fields(schema: dict[str, Any], part: dict[str, Any] | None, prefix: str = "", *, is_sent: bool = False) -> list[Field]:
    """Fields within fields stand under their own, by their path."""
    found: list[Field] = []
    whole = _resolved(schema, part or {})
    for name, said in whole.get("properties", {}).items():
        inner = _resolved(schema, said)
        # An answer has all of its fields: only what is sent can lack one.
        required = is_sent and name in whole.get("required", [])
        text = said.get("description") or inner.get("description", "")
        found.append(Field(name=f"{prefix}{name}", kind=_kind(schema, said), required=required, text=text))
        rows = _resolved(schema, inner["items"]) if inner.get("type") == "array" else inner
        found += _fields(schema, rows, f"{prefix}{name}{'[]' if inner.get('type') == 'array' else ''}.", is_sent=is_sent)
    return found


def _kind(schema: dict[str, Any], said: dict[str, Any]) -> str:
    inner = _resolved(schema, said)
    if inner.get("type") == "array":
        return f"list of {_kind(schema, inner['items'])}"
    kind = str(inner.get("format") or inner.get("type", "object"))
    choices = f": {', '.join(map(str, inner['enum']))}" if "enum" in inner else ""
    return f"{kind}{choices}{' or null' if inner.get('nullable') else ''}"


def _example(schema: dict[str, Any], name: str, said: dict[str, Any]) -> Any:
    inner = _resolved(schema, said)
    if "properties" in inner:
        return {key: _example(schema, key, value) for key, value in inner["properties"].items()}
    if name in _EXAMPLES:
        return _EXAMPLES[name]
    if inner.get("type") == "array":
        return [_example(schema, name, inner["items"])]
    if inner.get("format") in _BY_FORMAT:
        return _BY_FORMAT[inner["format"]]
    return {"integer": 1, "boolean": True}.get(inner.get("type", ""), "…")


def _curl(schema: dict[str, Any], path: str, method: str, body: dict[str, Any] | None, *, is_keyed: bool) -> str:
    lines = [f"curl -X {method.upper()} {settings.PUBLIC_URL}{path}"]
    if schema["paths"][path][method].get("security") != [{}]:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if is_keyed:
        lines.append('-H "Idempotency-Key: $(uuidgen)"')
    if body:
        lines += ["-H 'Content-Type: application/json'", f"-d '{_json(_example(schema, '', body))}'"]
    return " \\\n  ".join(lines)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
