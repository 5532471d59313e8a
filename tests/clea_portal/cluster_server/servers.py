"""Servers that answer whatever a test says, also what no honest server would."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Handler = Callable[[socket.socket, threading.Event, bytes], None]


@dataclass
class RawServer:
    """``requests``: what came in, head and body, in order."""

    port: int
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def raw_server(handle: Handler, *, tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """Reads each request and leaves the answer to ``handle``; its event is set when the test is over."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    server = RawServer(listener.getsockname()[1])
    threads = []

    def serve(connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            with connection if tls is None else tls.wrap_socket(connection, server_side=True) as channel:
                request = read_request(channel)
                server.requests.append(request)
                handle(channel, over, request)
        except OSError:
            pass
        finally:
            connection.close()

    def accept() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            threads.append(threading.Thread(target=serve, args=[connection]))
            threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield server
    finally:
        over.set()
        accepting.join()
        for thread in threads:
            thread.join()
        listener.close()


def read_request(channel: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += channel.recv(65536) or b"\r\n\r\n"
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while lengths and len(body) < lengths[0]:
        body += channel.recv(65536)
    return head + b"\r\n\r\n" + body


def answering(status: str, body: bytes = b"", **headers: str) -> Handler:
    """The same answer to everyone."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]

    def handle(channel: socket.socket, over: threading.Event, request: bytes) -> None:
        channel.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    return handle


def sending(*parts: bytes, pause: float = 0.0, endless: bytes = b"") -> Handler:
    """These bytes, a pause after each, and then the endless ones until the other side has enough."""

    def handle(channel: socket.socket, over: threading.Event, request: bytes) -> None:
        for part in parts:
            channel.sendall(part)
            over.wait(pause)
        while endless and not over.is_set():
            channel.sendall(endless)
            over.wait(pause)

    return handle


def routing(routes: dict[str, Handler]) -> Handler:
    """Each path to its handler, the rest to a 404. Routes may change while it serves."""

    def handle(channel: socket.socket, over: threading.Event, request: bytes) -> None:
        path = request.split(b" ", 2)[1].decode()
        routes.get(path, answering("404 Not Found"))(channel, over, request)

    return handle


def file(body: bytes, *, etag: str | None = None) -> Handler:
    """A static file that knows its ETag."""

    def handle(channel: socket.socket, over: threading.Event, request: bytes) -> None:
        known = etag is not None and f"If-None-Match: {etag}\r\n".encode() in request
        headers = {} if etag is None else {"ETag": etag}
        answer = answering("304 Not Modified", **headers) if known else answering("200 OK", body, **headers)
        answer(channel, over, request)

    return handle
