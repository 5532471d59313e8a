"""The ``form`` driver: the manual declaration page of the deployed cluster server (CLEA protocol, manual declaration).

Not idempotent: what is sent twice counts twice. Whenever the server may have acted and did not say so, the outcome is UNKNOWN.
"""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urlsplit

from clea_portal.cluster_server.credentials import NOTHING, Credentials
from clea_portal.cluster_server.http import Answer, CallError, exchange
from clea_portal.cluster_server.outcomes import Outcome, Reason, Result, plain_detail, read_retry_after

PATH = "/cluster-declaration"
ERROR_CLASS = "fr-error-text"
# The server's own words for "nothing was done, come back". Other 5xx come from something between us and it.
ASKS_TO_RETRY = {408: Reason.SERVER_BUSY, 425: Reason.SERVER_BUSY, 429: Reason.SERVER_BUSY, 503: Reason.SERVER_BUSY}
FAILED_ITSELF = {500, 501, 505}
RETRIED_UNSENT = {Reason.HOST_UNKNOWN, Reason.NO_CONNECTION, Reason.NOT_TRUSTED}
# One error sentence and the marks around it. The standard parser slows down with the square of hostile input, so it gets little.
ERROR_CHARACTERS = 4000
MAX_ERRORS = 10


def declare_by_form(
    *,
    base_url: str,
    deep_link: str,
    instant: datetime,
    timeout: float,
    allow_private: bool | None = None,
    credentials: Credentials = NOTHING,
) -> Outcome:
    """Declare one instant of a code's place; ``timeout`` in seconds for all of it. Never raises for what a server does.

    The time goes out in UTC, ``zoneId`` included, so that no change to summer time can make it ambiguous; seconds are cut.
    """
    fields = {"deeplink": deep_link, "dateTime": instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M"), "zoneId": "UTC"}
    try:
        answer = exchange(
            method="POST",
            url=base_url.rstrip("/") + PATH,
            timeout=timeout,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"},
            content=urlencode(fields).encode(),
            allow_private=allow_private,
            credentials=credentials,
        )
    except CallError as error:
        return Outcome(result=_without_answer(error), reason=error.reason)
    return _read(answer, (deep_link, deep_link.rpartition("#")[2], *credentials.secrets))


def _without_answer(error: CallError) -> Result:
    if error.sent:
        return Result.UNKNOWN
    return Result.RETRY if error.reason in RETRIED_UNSENT else Result.REFUSED


def _read(answer: Answer, secrets: tuple[str, ...]) -> Outcome:
    status = answer.status
    if status in ASKS_TO_RETRY or status in FAILED_ITSELF:
        return Outcome(
            result=Result.RETRY,
            reason=ASKS_TO_RETRY.get(status, Reason.SERVER_FAILED),
            status=status,
            retry_after=read_retry_after(answer.headers.get("Retry-After"), now=datetime.now(UTC)),
        )
    if status >= 500:
        return Outcome(result=Result.UNKNOWN, reason=Reason.GATEWAY_LOST_IT, status=status)
    if status == 302 and means_success(answer.headers.get("Location", "")):
        return Outcome(result=Result.ACCEPTED, reason=Reason.ACCEPTED, status=status)
    if 300 <= status < 400:
        return Outcome(result=Result.REFUSED, reason=Reason.REDIRECTED, status=status)
    if status in (401, 403):
        return Outcome(result=Result.REFUSED, reason=Reason.NOT_AUTHORISED, status=status)
    if status in (404, 410):
        return Outcome(result=Result.REFUSED, reason=Reason.NOT_FOUND, status=status)
    if status >= 400:
        return Outcome(result=Result.REFUSED, reason=Reason.REFUSED_BY_SERVER, status=status)
    errors = error_texts(answer.text()) if status == 200 else []
    if errors:
        detail = plain_detail(" ".join(errors), secrets=secrets)
        return Outcome(result=Result.REFUSED, reason=Reason.REFUSED_BY_SERVER, detail=detail, status=status)
    # A page without a reason is not the page that refuses: a maintenance or login page, or a changed server.
    return Outcome(result=Result.UNKNOWN, reason=answer.problem or Reason.UNEXPECTED_ANSWER, status=status)


def means_success(location: str) -> bool:
    """Whether a redirect's Location is the one by which the server says that it accepted. It is read, never followed."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return False
    return parts.path.endswith(PATH) and parse_qs(parts.query).get("success") == ["true"]


def error_texts(page: str) -> list[str]:
    """The texts of a page's ``p.fr-error-text``, without marks and outer spaces; empty ones left out."""
    texts = []
    for found in list(re.finditer(re.escape(ERROR_CLASS), page))[:MAX_ERRORS]:
        reader = _ErrorReader()
        start = max(page.rfind("<", 0, found.start()), 0)
        try:
            reader.feed(page[start : start + ERROR_CHARACTERS])
            reader.close()
        except AssertionError:
            # The standard parser's way to give up on malformed declarations; what it read before still counts.
            pass
        texts.append(" ".join("".join(reader.text).split()))
    return [text for text in texts if text]


class _ErrorReader(HTMLParser):
    """Reads the first paragraph of what it is fed, where that is an error."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self._open: bool | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._open is None:
            self._open = tag == "p" and ERROR_CLASS in (dict(attrs).get("class") or "").split()
        elif tag in ("p", "div", "form"):
            self._open = False

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "div", "form", "body"):
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.text.append(data)
