"""What became of a call to a cluster server, in one vocabulary for all drivers."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

MAX_DETAIL = 300
# A server that asks for more than this is asked again earlier: a person must not wait a week because of one header.
MAX_RETRY_AFTER = 6 * 3600.0


class Result(StrEnum):
    """ACCEPTED and REFUSED are final. RETRY: nothing was done, or it is safe to repeat. UNKNOWN: it may have been done; a person
    decides."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    RETRY = "retry"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Stable codes for screens, logs and figures; ``explanations.explain`` says them in words."""

    ACCEPTED = "accepted"
    # Nothing was sent.
    ADDRESS_INVALID = "address_invalid"
    ADDRESS_PRIVATE = "address_private"
    ADDRESS_NOT_ENCRYPTED = "address_not_encrypted"
    HOST_UNKNOWN = "host_unknown"
    NO_CONNECTION = "no_connection"
    NOT_TRUSTED = "not_trusted"
    CREDENTIALS_UNUSABLE = "credentials_unusable"
    # Something may have been sent, and the answer is missing.
    TIMED_OUT = "timed_out"
    DROPPED = "dropped"
    GATEWAY_LOST_IT = "gateway_lost_it"
    UNEXPECTED_ANSWER = "unexpected_answer"
    ANSWER_TOO_LARGE = "answer_too_large"
    # The server answered.
    SERVER_BUSY = "server_busy"
    SERVER_FAILED = "server_failed"
    REDIRECTED = "redirected"
    NOT_AUTHORISED = "not_authorised"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    WITHDRAWN = "withdrawn"
    REFUSED_BY_SERVER = "refused_by_server"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One call's end. ``detail`` is what the server said, plain text of at most 300 characters; ``retry_after`` is in seconds."""

    result: Result
    reason: Reason
    detail: str = ""
    status: int | None = None
    retry_after: float | None = None


def plain_detail(text: str, *, secrets: Collection[str] = ()) -> str:
    """A server's words as one line of at most 300 characters, without control characters and without the secrets it may echo."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "…")
    text = re.sub(r"\s+", " ", "".join(character if character.isprintable() else " " for character in text)).strip()
    return text if len(text) <= MAX_DETAIL else text[: MAX_DETAIL - 1] + "…"


def read_retry_after(value: str | None, *, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, at most six hours; None when it is absent or says nothing usable."""
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit() and len(value) <= 10:
        return min(float(value), MAX_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), MAX_RETRY_AFTER)
