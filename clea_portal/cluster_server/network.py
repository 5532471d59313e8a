"""The socket side of a call: checked addresses only, one deadline for everything, and a record of whether anything was sent."""

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from clea_portal.cluster_server.addresses import resolve

CONNECT_SECONDS = 5.0


class GuardedBackend(httpcore.NetworkBackend):
    """Opens one connection. The address that was checked is the address that is called, so a second look-up cannot differ.

    ``sent`` is true as soon as a byte of the request may have left; ``received`` as soon as a byte of the answer came;
    ``distrusted`` when the server could not prove who it is.
    No write begins after the deadline (seconds of ``time.monotonic``): a caller's lease may rely on that. Only a name look-up
    can last longer than the deadline, and nothing is sent after one that did.
    """

    def __init__(self, *, deadline: float, allow_private: bool, encrypted: bool) -> None:
        self.deadline = deadline
        self.allow_private = allow_private
        self.encrypted = encrypted
        self.sent = False
        self.received = False
        self.distrusted = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = resolve(host, port, allow_private=self.allow_private, encrypted=self.encrypted)
        failure: Exception = httpcore.ConnectError()
        for address in addresses:
            try:
                stream = httpcore.SyncBackend().connect_tcp(
                    address, port, self.left(CONNECT_SECONDS, httpcore.ConnectTimeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return GuardedStream(stream, self)
        raise failure

    def left(self, at_most: float | None, too_late: type[Exception]) -> float:
        """Seconds that the next step may take; raises ``too_late`` when there are none."""
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise too_late
        return seconds if at_most is None else min(seconds, at_most)


class GuardedStream(httpcore.NetworkStream):
    """A connection whose every step stays within the deadline, also against a server that sends one byte at a time."""

    def __init__(self, stream: httpcore.NetworkStream, backend: GuardedBackend) -> None:
        self._stream = stream
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, self._backend.left(timeout, httpcore.ReadTimeout))
        self._backend.received = self._backend.received or bool(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        seconds = self._backend.left(timeout, httpcore.WriteTimeout)
        self._backend.sent = True
        self._stream.write(buffer, seconds)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = self._backend.left(timeout, httpcore.ConnectTimeout)
        try:
            return GuardedStream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._backend)
        except httpcore.ConnectError as error:
            self._backend.distrusted = isinstance(error.__cause__, ssl.SSLError)
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
