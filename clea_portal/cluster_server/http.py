"""The one place where the portal speaks HTTP to cluster servers and public lists.

Decided here for all calls: the environment's proxies and .netrc are not used (``trust_env=False``), so that a variable meant
for another program cannot lead health data elsewhere; certificates are checked against certifi's roots, or, where an authority
has its own, against the file named by ``SSL_CERT_FILE``; redirects are not followed; answers are not decompressed; each call has
its own connection, a deadline for all of it, and a largest answer. No exception carries an address, a header or a body.
"""

import os
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import httpcore
import httpx
from django.conf import settings

from clea_portal.cluster_server.addresses import AddressRefusedError, check_url
from clea_portal.cluster_server.credentials import NOTHING, Credentials
from clea_portal.cluster_server.network import GuardedBackend
from clea_portal.cluster_server.outcomes import Reason

MAX_ANSWER_BYTES = 256 * 1024
USER_AGENT = "clea-portal"


class CallError(Exception):
    """No answer came. ``reason`` is a stable code; ``sent`` tells whether the server may have received the request."""

    def __init__(self, reason: Reason, *, sent: bool) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.sent = sent


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer whose status is certain. ``problem`` says why the body is incomplete, None when it is whole."""

    status: int
    headers: httpx.Headers
    body: bytes
    problem: Reason | None = None

    def text(self) -> str:
        """The body as text; what is not UTF-8 is replaced, since only people read it."""
        return self.body.decode(errors="replace")


def exchange(
    *,
    method: str,
    url: str,
    timeout: float,
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
    max_bytes: int = MAX_ANSWER_BYTES,
    allow_private: bool | None = None,
    credentials: Credentials = NOTHING,
) -> Answer:
    """One request and its answer within ``timeout`` seconds in all.

    ``allow_private`` lets it call loopback and private networks, those also over plain http; None: as the setting
    ALLOW_PRIVATE_CLUSTER_SERVERS says. Raises CallError when no status came back.
    """
    private = settings.ALLOW_PRIVATE_CLUSTER_SERVERS if allow_private is None else allow_private
    backend = GuardedBackend(deadline=time.monotonic() + timeout, allow_private=private, encrypted=url.startswith("https:"))
    try:
        check_url(url, allow_private=private)
        with (
            httpx.Client(
                transport=_Transport(backend, credentials), trust_env=False, follow_redirects=False, timeout=timeout
            ) as client,
            client.stream(method, url, headers=_headers(headers) | credentials.headers, content=content) as response,
        ):
            body, problem = _read_body(response, max_bytes)
            return Answer(status=response.status_code, headers=response.headers, body=body, problem=problem)
    except AddressRefusedError as error:
        raise CallError(error.reason, sent=False) from None
    except httpx.InvalidURL:
        raise CallError(Reason.ADDRESS_INVALID, sent=False) from None
    except _FAILURES as error:
        raise CallError(_reason(error, backend), sent=backend.sent) from None


class _Transport(httpx.BaseTransport):
    """httpx over a connection that ``GuardedBackend`` opened."""

    def __init__(self, backend: GuardedBackend, credentials: Credentials) -> None:
        certificates = tls_context(credentials) if backend.encrypted else None
        self._pool = httpcore.ConnectionPool(ssl_context=certificates, network_backend=backend, max_keepalive_connections=0)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=cast(httpx.SyncByteStream, request.stream),
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            status_code=answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


_FAILURES = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ConnectionNotAvailable)


def _reason(error: Exception, backend: GuardedBackend) -> Reason:
    if not backend.sent:
        return Reason.NOT_TRUSTED if backend.distrusted else Reason.NO_CONNECTION
    if isinstance(error, httpcore.TimeoutException):
        return Reason.TIMED_OUT
    if isinstance(error, httpcore.ProtocolError) and backend.received:
        return Reason.UNEXPECTED_ANSWER
    return Reason.DROPPED


def _read_body(response: httpx.Response, max_bytes: int) -> tuple[bytes, Reason | None]:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        return b"", Reason.UNEXPECTED_ANSWER
    body = bytearray()
    try:
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > max_bytes:
                return bytes(body[:max_bytes]), Reason.ANSWER_TOO_LARGE
    except _FAILURES as error:
        return bytes(body), Reason.TIMED_OUT if isinstance(error, httpcore.TimeoutException) else Reason.DROPPED
    return bytes(body), None


def _headers(headers: Mapping[str, str] | None) -> dict[str, str]:
    # Without compression a small answer cannot grow into a large one in memory.
    return {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", "Connection": "close", **(headers or {})}


def tls_context(credentials: Credentials = NOTHING) -> ssl.SSLContext:
    """Whom the portal trusts, and what it presents. Raises CallError."""
    certificates = os.environ.get("SSL_CERT_FILE")
    try:
        if not credentials.certificate:
            return _trusting(certificates)
        # One that presents something is nobody else's.
        context = _trusting.__wrapped__(certificates)
    except OSError:
        # The operator's file of certificates is missing or is none: nobody can be trusted.
        raise CallError(Reason.NOT_TRUSTED, sent=False) from None
    try:
        credentials.present(context)
    except OSError:
        raise CallError(Reason.CREDENTIALS_UNUSABLE, sent=False) from None
    return context


@lru_cache(maxsize=2)
def _trusting(certificates: str | None) -> ssl.SSLContext:
    if certificates:
        return ssl.create_default_context(cafile=certificates)
    return httpx.create_ssl_context(trust_env=False)
