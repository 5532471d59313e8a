"""Tries a cluster server without declaring anything, step by step: each says what it found, and how long it took."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from clea_portal.cluster_server import api, form
from clea_portal.cluster_server.addresses import AddressRefusedError, check_url, is_public, resolve
from clea_portal.cluster_server.credentials import NOTHING, Credentials
from clea_portal.cluster_server.http import MAX_ANSWER_BYTES, Answer, CallError, exchange, tls_context
from clea_portal.cluster_server.list_format import Index, MalformedListError, parse_file, parse_index
from clea_portal.cluster_server.outcomes import Reason
from clea_portal.cluster_server.public_list import INDEX, MAX_FILE_BYTES, MAX_INDEX_BYTES

# Certificates are renewed in good time, or in a hurry.
EXPIRES_SOON_DAYS = 30
# A list that is older than this misses warnings of a day.
STALE_HOURS = 26
# Tokens live for a minute, and a server checks them by its own clock.
CLOCK_WARNING, CLOCK_FAILURE = 5, 30
PREFIX_FILES = 3
FIELDS = ("deeplink", "dateTime", "zoneId")
# An iteration that is a time: seconds since 1970, from 2020 on.
FIRST_TIME_LIKE = 1_577_836_800


class Name(StrEnum):
    NAME = "name"
    ADDRESS = "address"
    TLS = "tls"
    ENDPOINT = "endpoint"
    CLOCK = "clock"
    INDEX = "index"
    FILES = "files"
    AGE = "age"


class Result(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Step:
    """``code``: what was found, stable; ``facts``: numbers and words for its sentence; ``milliseconds``: how long it took."""

    name: Name
    result: Result
    code: str
    facts: dict[str, Any] = field(default_factory=dict)
    milliseconds: int = 0


@dataclass(frozen=True, kw_only=True)
class Server:
    """``is_api``: of kind ``api``, else ``form``. ``credentials``: None where what was entered cannot be used."""

    is_api: bool
    base_url: str
    list_url: str
    credentials: Credentials | None
    allow_private: bool
    timeout: float


Found = tuple[Result, str, dict[str, Any]]


def run(server: Server, *, now: Callable[[], datetime]) -> Iterator[Step]:
    """All steps in order. Never raises for what a server does. ``now``: the portal's clock."""
    run_one = _Run(server, now)
    for name, take in (
        (Name.NAME, run_one.look_up),
        (Name.ADDRESS, run_one.may_call),
        (Name.TLS, run_one.shake_hands),
        (Name.ENDPOINT, run_one.ask),
        (Name.CLOCK, run_one.compare_clocks),
        (Name.INDEX, run_one.read_index),
        (Name.FILES, run_one.read_files),
        (Name.AGE, run_one.tell_age),
    ):
        begin = time.monotonic()
        result, code, facts = take()
        yield Step(name=name, result=result, code=code, facts=facts, milliseconds=round(1000 * (time.monotonic() - begin)))


SKIPPED: Found = (Result.SKIPPED, "skipped", {})


class _Run:
    def __init__(self, server: Server, now: Callable[[], datetime]) -> None:
        self.server = server
        self.now = now
        self.addresses: list[str] = []
        self.allowed = False
        self.trusted = False
        self.answer: Answer | None = None
        self.answered_at: datetime | None = None
        self.index: Index | None = None
        self.index_answer: Answer | None = None
        parts = urlsplit(server.base_url)
        self.encrypted = parts.scheme == "https"
        self.host = parts.hostname or ""
        self.port = parts.port or (443 if self.encrypted else 80)

    def look_up(self) -> Found:
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return Result.FAILED, "unknown", {"host": self.host}
        self.addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        return Result.OK, "found", {"host": self.host, "addresses": ", ".join(self.addresses[:8])}

    def may_call(self) -> Found:
        if not self.addresses:
            return SKIPPED
        try:
            for url in (self.server.base_url, self.server.list_url):
                check_url(url, allow_private=self.server.allow_private)
            self.addresses = resolve(self.host, self.port, allow_private=self.server.allow_private, encrypted=self.encrypted)
        except AddressRefusedError as error:
            return Result.FAILED, error.reason.value, {}
        self.allowed = True
        if all(is_public(address) for address in self.addresses):
            return Result.OK, "public", {}
        return Result.OK, "private", {}

    def shake_hands(self) -> Found:
        if not self.allowed:
            return SKIPPED
        if not self.encrypted:
            self.trusted = True
            return Result.WARNING, "unencrypted", {}
        if self.server.credentials is None:
            return Result.FAILED, Reason.CREDENTIALS_UNUSABLE.value, {}
        try:
            context = tls_context(self.server.credentials)
            with (
                socket.create_connection((self.addresses[0], self.port), timeout=self.server.timeout) as connection,
                context.wrap_socket(connection, server_hostname=self.host) as channel,
            ):
                certificate = channel.getpeercert() or {}
        except CallError as error:
            return Result.FAILED, error.reason.value, {}
        except ssl.SSLCertVerificationError as error:
            return Result.FAILED, "distrusted", {"why": error.verify_message}
        except ssl.SSLError:
            return Result.FAILED, "no_tls", {}
        except OSError:
            return Result.FAILED, Reason.NO_CONNECTION.value, {"address": self.addresses[0], "port": self.port}
        self.trusted = True
        expires = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), tz=UTC)
        days = (expires - self.now()).days
        facts = {"expires": expires.isoformat(), "days": days}
        return (Result.WARNING, "expires_soon", facts) if days < EXPIRES_SOON_DAYS else (Result.OK, "trusted", facts)

    def ask(self) -> Found:
        if not self.trusted:
            return SKIPPED
        if self.server.credentials is None:
            return Result.FAILED, Reason.CREDENTIALS_UNUSABLE.value, {}
        base = self.server.base_url.rstrip("/")
        url = f"{base}{api.PATH}{uuid4()}" if self.server.is_api else base + form.PATH
        try:
            answer = self._get(url, accept=api.ACCEPT if self.server.is_api else "text/html", credentials=self.server.credentials)
        except CallError as error:
            return Result.FAILED, error.reason.value, {}
        self.answer, self.answered_at = answer, self.now()
        return self._judge_api(answer) if self.server.is_api else self._judge_form(answer)

    @staticmethod
    def _judge_api(answer: Answer) -> Found:
        facts = {"status": answer.status}
        is_problem = answer.headers.get("Content-Type", "").split(";")[0].strip() == api.PROBLEM
        match answer.status:
            case 404 if is_problem:
                return Result.OK, "api", facts
            case 404:
                return Result.FAILED, "no_api", facts
            case 401 | 403:
                return Result.FAILED, "not_authorised", facts
        return _other_status(answer.status)

    @staticmethod
    def _judge_form(answer: Answer) -> Found:
        if answer.status in (401, 403):
            return Result.FAILED, "not_authorised", {"status": answer.status}
        if answer.status == 404:
            return Result.FAILED, "no_form", {"status": answer.status}
        if answer.status != 200:
            return _other_status(answer.status)
        page = answer.text()
        missing = [name for name in FIELDS if f'name="{name}"' not in page and f"name='{name}'" not in page]
        return (Result.FAILED, "other_page", {"fields": ", ".join(missing)}) if missing else (Result.OK, "form", {"status": 200})

    def compare_clocks(self) -> Found:
        if self.answer is None or self.answered_at is None:
            return SKIPPED
        moment = _moment(self.answer, "Date")
        if moment is None:
            return Result.OK, "no_clock", {}
        # The header is cut to whole seconds.
        seconds = round((moment - self.answered_at).total_seconds())
        facts = {"seconds": abs(seconds)}
        if abs(seconds) > CLOCK_FAILURE:
            return Result.FAILED, "ahead" if seconds > 0 else "behind", facts
        if abs(seconds) > CLOCK_WARNING:
            return Result.WARNING, "ahead" if seconds > 0 else "behind", facts
        return Result.OK, "agrees", facts

    def read_index(self) -> Found:
        if not self.allowed:
            return SKIPPED
        try:
            answer = self._get(f"{self._list()}{INDEX}", max_bytes=MAX_INDEX_BYTES)
        except CallError as error:
            return Result.FAILED, error.reason.value, {}
        if answer.status != 200 or answer.problem:
            return Result.FAILED, "no_index", {"status": answer.status}
        try:
            self.index = parse_index(answer.body)
        except MalformedListError as error:
            return Result.FAILED, "malformed", {"where": str(error)}
        self.index_answer = answer
        return Result.OK, "index", {"iteration": self.index.iteration, "prefixes": len(self.index.prefixes)}

    def read_files(self) -> Found:
        if self.index is None:
            return SKIPPED
        prefixes = sorted(self.index.prefixes)[:PREFIX_FILES]
        if not prefixes:
            return Result.OK, "empty", {}
        places = 0
        for prefix in prefixes:
            try:
                answer = self._get(f"{self._list()}{self.index.iteration}/{prefix}.json", max_bytes=MAX_FILE_BYTES)
            except CallError as error:
                return Result.FAILED, error.reason.value, {}
            if answer.status != 200 or answer.problem:
                return Result.FAILED, "no_file", {"status": answer.status, "prefix": prefix}
            try:
                places += len(parse_file(answer.body, prefix=prefix))
            except MalformedListError as error:
                return Result.FAILED, "malformed", {"where": str(error)}
        return Result.OK, "files", {"files": len(prefixes), "places": places}

    def tell_age(self) -> Found:
        """By the index's Last-Modified, or by the iteration where that is a time: the protocol leaves both open."""
        if self.index is None or self.index_answer is None:
            return SKIPPED
        made = _moment(self.index_answer, "Last-Modified")
        if made is None and self.index.iteration >= FIRST_TIME_LIKE:
            made = datetime.fromtimestamp(self.index.iteration, tz=UTC)
        if made is None or made > self.now():
            # Not a fault, but nobody can tell by it whether the list is recent.
            return Result.WARNING, "no_age", {"iteration": self.index.iteration}
        minutes = int((self.now() - made).total_seconds() // 60)
        facts = {"minutes": minutes, "hours": minutes // 60}
        return (Result.WARNING, "stale", facts) if minutes >= 60 * STALE_HOURS else (Result.OK, "recent", facts)

    def _list(self) -> str:
        return self.server.list_url.rstrip("/") + "/"

    def _get(
        self,
        url: str,
        *,
        accept: str = "application/json",
        credentials: Credentials = NOTHING,
        max_bytes: int = MAX_ANSWER_BYTES,
    ) -> Answer:
        return exchange(
            method="GET",
            url=url,
            timeout=self.server.timeout,
            headers={"Accept": accept},
            allow_private=self.server.allow_private,
            credentials=credentials,
            max_bytes=max_bytes,
        )


def _other_status(status: int) -> Found:
    if 300 <= status < 400:
        return Result.FAILED, "redirected", {"status": status}
    return Result.FAILED, "server_fault" if status >= 500 else "unexpected", {"status": status}


def _moment(answer: Answer, header: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(answer.headers[header])
    except (KeyError, ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
