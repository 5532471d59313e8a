"""What a phone does after an interview: redeems the code that it was told, and reports where it was. For rehearsals."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from clea_portal.cluster_server.http import Answer, CallError, exchange
from clea_portal.cluster_server.outcomes import plain_detail

REDEEM = "/api/v1/upload-authorisations/redeem"


class PhoneError(Exception):
    """It did not work; the words say why, without the code or the token."""


@dataclass(frozen=True, kw_only=True)
class Permission:
    token: str
    report_url: str


def redeem(*, portal_url: str, code: str, timeout: float) -> Permission:
    """Raises PhoneError."""
    granted = _post(f"{portal_url.rstrip('/')}{REDEEM}", {"code": code}, who="The portal", timeout=timeout, secrets=(code,))
    try:
        return Permission(token=str(granted["token"]), report_url=str(granted["report_url"]))
    except KeyError:
        raise PhoneError("The portal's answer holds no token.") from None


def report(*, permission: Permission, lsp: bytes, scan_time: int, pivot_date: int, timeout: float) -> str:
    """Report one visit; the server's message. Times in NTP seconds. Raises PhoneError."""
    visit = {"qrCode": base64.urlsafe_b64encode(lsp).rstrip(b"=").decode(), "qrCodeScanTime": scan_time}
    answer = _post(
        permission.report_url,
        {"pivotDate": pivot_date, "visits": [visit]},
        who="The cluster server",
        timeout=timeout,
        token=permission.token,
        secrets=(permission.token, visit["qrCode"]),
    )
    return plain_detail(str(answer.get("message", "")))


def _post(
    url: str, words: dict[str, Any], *, who: str, timeout: float, secrets: tuple[Any, ...], token: str = ""
) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        # An operator's own request, with an address typed by that operator: rehearsals on this machine are welcome.
        answer = exchange(
            method="POST", url=url, timeout=timeout, headers=headers, content=json.dumps(words).encode(), allow_private=True
        )
    except CallError as error:
        raise PhoneError(f"{who} gave no answer: {error.reason.value}.") from None
    said = _object(answer)
    if answer.status != 200:
        raise PhoneError(f"{who} answered {answer.status}: {plain_detail(str(said.get('detail', '')), secrets=secrets)}")
    return said


def _object(answer: Answer) -> dict[str, Any]:
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
