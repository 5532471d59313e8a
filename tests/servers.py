"""A private PostgreSQL and a private Redis on free ports, in a temporary folder, gone when the tests end."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis

START_SECONDS = 30


def tied(*command: str, ending: str = "TERM", user: str = "") -> list[str]:
    """The command as a process that ends with this one, however this one ends, so that nothing stays behind."""
    as_user = [f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
    return ["setpriv", *as_user, f"--pdeathsig={ending}", *command]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _binary(name: str) -> str:
    """Where PostgreSQL's server programs are: on the PATH, or where Debian hides them."""
    found = shutil.which(name) or next(iter(sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None)
    if found is None:
        raise FileNotFoundError(f"{name} is missing: install Debian's package postgresql")
    return str(found)


@contextmanager
def postgresql() -> Iterator[str]:
    """A server without durability, for tests only; its address as DATABASE_URL takes it."""
    # The server refuses to run as root: Debian's package brings a user for it.
    user = "postgres" if os.geteuid() == 0 else ""
    folder = Path(tempfile.mkdtemp(prefix="clea-postgresql-"))
    data, port = folder / "data", free_port()
    if user:
        shutil.chown(folder, user, user)
    new = [f"--pgdata={data}", "--username=portal", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
    subprocess.run(tied(_binary("initdb"), *new, user=user), check=True, stdout=subprocess.DEVNULL)
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "200",
    }
    settings = [f"-c{name}={value}" for name, value in options.items()]
    # SIGINT ends it without waiting for those who are still connected.
    command = tied(_binary("postgres"), "-D", str(data), *settings, ending="INT", user=user)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        address = f"postgresql://portal@127.0.0.1:{port}/postgres"
        _wait(lambda: psycopg.connect(address, connect_timeout=2).close(), psycopg.OperationalError, log=folder / "log")
        yield address
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis_server() -> Iterator[str]:
    """A server that keeps nothing on disk; its address as BROKER_URL takes it."""
    folder, port = Path(tempfile.mkdtemp(prefix="clea-redis-")), free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(tied("redis-server", *options), stdout=log, stderr=log)
    try:
        client = redis.Redis(port=port)
        _wait(client.ping, redis.ConnectionError, log=folder / "log")
        client.close()
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(attempt, error: type[Exception], *, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            attempt()
            return
        except error as problem:
            if time.monotonic() > until:
                raise RuntimeError(log.read_text(errors="replace")[-2000:]) from problem
            time.sleep(0.1)
