"""The ``api`` driver: the contract that docs/cluster-server-api.yaml describes. Idempotent by the declaration's UUID,
so whatever went wrong on the way may be repeated."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from clea_portal.cluster_server.credentials import Credentials
from clea_portal.cluster_server.http import Answer, CallError, exchange
from clea_portal.cluster_server.outcomes import Outcome, Reason, Result, plain_detail, read_retry_after

PATH = "/api/clea/v1/manual-clusters/"
PROBLEM = "application/problem+json"
ACCEPT = f"application/json, {PROBLEM}"
REFUSALS = {
    401: Reason.NOT_AUTHORISED,
    403: Reason.NOT_AUTHORISED,
    404: Reason.NOT_FOUND,
    409: Reason.CONFLICT,
    410: Reason.WITHDRAWN,
}
FINAL_WITHOUT_ANSWER = {
    Reason.ADDRESS_INVALID,
    Reason.ADDRESS_PRIVATE,
    Reason.ADDRESS_NOT_ENCRYPTED,
    Reason.CREDENTIALS_UNUSABLE,
}


class RemoteState(StrEnum):
    """What became of a declaration, in the server's words; ABSENT: it does not know it."""

    ACCEPTED = "accepted"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    ABSENT = "absent"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question's answer: ``state`` is None when ``outcome`` says that none came."""

    outcome: Outcome
    state: RemoteState | None


def declare_by_api(
    *,
    base_url: str,
    uuid: UUID,
    lsp: bytes,
    start: datetime,
    end: datetime,
    credentials: Credentials,
    timeout: float,
    allow_private: bool | None = None,
) -> Outcome:
    """Declare a code's place for ``[start, end]``; sent again with the same UUID it counts once. ``timeout`` in seconds."""
    encoded = base64.urlsafe_b64encode(lsp).rstrip(b"=").decode()
    words = {"locationSpecificPart": encoded, "start": rfc3339(start), "end": rfc3339(end)}
    answer = _call("PUT", base_url, uuid, credentials, timeout, allow_private, words)
    return answer if isinstance(answer, Outcome) else _read(answer, accepted=(200, 201), secrets=(encoded, *credentials.secrets))


def withdraw_by_api(
    *, base_url: str, uuid: UUID, credentials: Credentials, timeout: float, allow_private: bool | None = None
) -> Outcome:
    """Withdraw a declaration. Also one that the server never received: it then refuses the one that is still on its way."""
    answer = _call("DELETE", base_url, uuid, credentials, timeout, allow_private)
    return answer if isinstance(answer, Outcome) else _read(answer, accepted=(200, 204), secrets=credentials.secrets)


def ask_by_api(
    *, base_url: str, uuid: UUID, credentials: Credentials, timeout: float, allow_private: bool | None = None
) -> Asked:
    """What became of a declaration."""
    answer = _call("GET", base_url, uuid, credentials, timeout, allow_private)
    if isinstance(answer, Outcome):
        return Asked(outcome=answer, state=None)
    outcome = _read(answer, accepted=(200,), secrets=credentials.secrets)
    if answer.status == 404:
        return Asked(outcome=outcome, state=RemoteState.ABSENT)
    if outcome.result is not Result.ACCEPTED:
        return Asked(outcome=outcome, state=None)
    try:
        return Asked(outcome=outcome, state=RemoteState(_json(answer)["state"]))
    except (KeyError, ValueError):
        result = Result.RETRY if answer.problem else Result.UNKNOWN
        reason = answer.problem or Reason.UNEXPECTED_ANSWER
        return Asked(outcome=Outcome(result=result, reason=reason, status=answer.status), state=None)


def rfc3339(moment: datetime) -> str:
    """The moment in UTC with ``Z``, in whole seconds. Raises ValueError for one without time zone."""
    if moment.tzinfo is None:
        raise ValueError("A moment needs its time zone.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _call(
    method: str,
    base_url: str,
    uuid: UUID,
    credentials: Credentials,
    timeout: float,
    allow_private: bool | None,
    words: Mapping[str, str] | None = None,
) -> Answer | Outcome:
    headers = {"Accept": ACCEPT}
    if words is not None:
        headers["Content-Type"] = "application/json"
    try:
        return exchange(
            method=method,
            url=f"{base_url.rstrip('/')}{PATH}{uuid}",
            timeout=timeout,
            headers=headers,
            content=b"" if words is None else json.dumps(words).encode(),
            allow_private=allow_private,
            credentials=credentials,
        )
    except CallError as error:
        result = Result.REFUSED if error.reason in FINAL_WITHOUT_ANSWER else Result.RETRY
        return Outcome(result=result, reason=error.reason)


def _read(answer: Answer, *, accepted: tuple[int, ...], secrets: tuple[str, ...]) -> Outcome:
    status = answer.status
    if status in accepted:
        return Outcome(result=Result.ACCEPTED, reason=Reason.ACCEPTED, status=status)
    detail = plain_detail(_problem_text(answer), secrets=secrets)
    if status in (408, 425, 429) or status >= 500:
        return Outcome(
            result=Result.RETRY,
            reason=Reason.SERVER_BUSY if status in (408, 425, 429, 503) else Reason.SERVER_FAILED,
            detail=detail,
            status=status,
            retry_after=read_retry_after(answer.headers.get("Retry-After"), now=datetime.now(UTC)),
        )
    if status < 300:
        # Neither of the two answers that mean "yes": a person looks, or asks the server.
        return Outcome(result=Result.UNKNOWN, reason=Reason.UNEXPECTED_ANSWER, status=status)
    reason = Reason.REDIRECTED if status < 400 else REFUSALS.get(status, Reason.REFUSED_BY_SERVER)
    return Outcome(result=Result.REFUSED, reason=reason, detail=detail, status=status)


def _problem_text(answer: Answer) -> str:
    """Detail or title of a problem (RFC 9457), where the server sent one."""
    try:
        problem = _json(answer)
    except ValueError:
        return ""
    text = problem.get("detail") or problem.get("title")
    return text if isinstance(text, str) else ""


def _json(answer: Answer) -> dict[str, Any]:
    """The answer's JSON object. Raises ValueError for anything else."""
    try:
        parsed = json.loads(answer.body)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(parsed, dict):
        raise ValueError("not an object")
    return parsed
