"""The JSON that ``make_code`` takes."""

import json
import re
import sys
from pathlib import Path
from typing import Any, cast

from django.core.management.base import CommandError

from clea_portal.protocol.codes import CodeRequest
from clea_portal.protocol.derivation import SECRET_SIZE
from clea_portal.protocol.errors import UnknownType
from clea_portal.protocol.keys import parse_public_key
from clea_portal.protocol.lsp import LspType

MAX_BYTES = 64 * 1024

_KINDS: dict[type, str] = {str: "a string", bool: "true or false", int: "a whole number"}
_REQUIRED: dict[str, type] = {
    "prefix": str,
    "lsp_type": int,
    "staff": bool,
    "cri_exp": int,
    "venue_type": int,
    "venue_category1": int,
    "venue_category2": int,
    "period_duration": int,
    "t_period_start": int,
    "t_qr_start": int,
    "sk_l": str,
    "pk_sa": str,
}
_OPTIONAL: dict[str, type] = {
    "pk_mcta": str,
    "phone": str,
    "region": int,
    "pin": str,
    "visit_duration": int,
    "t_event": int,
    "t": int,
}


def read_text(name: str) -> str:
    """The text of a file, or of standard input for ``-``. Raises CommandError."""
    try:
        if name == "-":
            content = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{name!r} cannot be read: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise CommandError(f"{name!r} has more than {MAX_BYTES} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandError(f"{name!r} is not UTF-8 text (byte {error.start})") from None


def read_request(text: str) -> CodeRequest:
    """What the code shall say. Raises CommandError about the JSON, ProtocolError about the values that it is made of."""
    fields = _fields(parse_object(text))
    if fields["lsp_type"] not in set(LspType):
        raise UnknownType("must be 0 or 1", where="lsp_type")
    sk_l = fields["sk_l"]
    if not re.fullmatch(rf"[0-9a-fA-F]{{{2 * SECRET_SIZE}}}", sk_l):
        raise CommandError(f"sk_l: must be {2 * SECRET_SIZE} hexadecimal digits ({SECRET_SIZE} bytes)")
    pk_mcta = fields["pk_mcta"]
    return CodeRequest(
        prefix=fields["prefix"],
        lsp_type=LspType(fields["lsp_type"]),
        staff=fields["staff"],
        cri_exp=fields["cri_exp"],
        venue_type=fields["venue_type"],
        venue_category1=fields["venue_category1"],
        venue_category2=fields["venue_category2"],
        period_duration=fields["period_duration"],
        t_period_start=fields["t_period_start"],
        t_qr_start=fields["t_qr_start"],
        sk_l=bytes.fromhex(sk_l),
        pk_sa=parse_public_key(fields["pk_sa"], where="pk_sa"),
        pk_mcta=None if pk_mcta is None else parse_public_key(pk_mcta, where="pk_mcta"),
        contact_phone=fields["phone"],
        contact_region=fields["region"],
        contact_pin=fields["pin"],
        visit_duration=fields["visit_duration"],
        t_event=fields["t_event"],
        t=fields["t"],
    )


def parse_object(text: str) -> dict[str, Any]:
    """A JSON object without repeated names. Raises CommandError."""
    try:
        data = json.loads(text, object_pairs_hook=_without_repetition)
    except json.JSONDecodeError as error:
        raise CommandError(f"Not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None
    except ValueError:
        # What Python says when a number has thousands of digits.
        raise CommandError("Not JSON that can be used: a number is too long") from None
    except RecursionError:
        raise CommandError("Not JSON that can be used: nested too deeply") from None
    if not isinstance(data, dict):
        raise CommandError("The JSON must be an object: {...}")
    return cast(dict[str, Any], data)


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise CommandError(f"{_shown(key)}: given twice")
        result[key] = value
    return result


def _fields(data: dict[str, Any]) -> dict[str, Any]:
    """Every known key with a value of its kind; optional ones that are absent or null are None."""
    kinds = _REQUIRED | _OPTIONAL
    unknown = [key for key in data if key not in kinds]
    if unknown:
        raise CommandError(f"{_shown(unknown[0])}: unknown key")
    missing = [key for key in _REQUIRED if key not in data]
    if missing:
        raise CommandError(f"{missing[0]}: missing")
    fields: dict[str, Any] = dict.fromkeys(_OPTIONAL)
    for key, value in data.items():
        if value is None and key in _OPTIONAL:
            continue
        # Not isinstance: true and false would pass for numbers.
        if type(value) is not kinds[key]:
            raise CommandError(f"{key}: must be {_KINDS[kinds[key]]}")
        fields[key] = value
    return fields


def _shown(key: str) -> str:
    return json.dumps(key if len(key) <= 40 else f"{key[:40]}…")
