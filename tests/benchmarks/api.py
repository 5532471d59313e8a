"""Codes that a ticket seller gets in a second, one call each, over real HTTP. Run: ``python -m tests.benchmarks.api [SECONDS]``.

The portal as in production: gunicorn with two workers, PostgreSQL, Redis for the limits; all of them, and the callers, share
this machine's cores. Beside the rate it prints the processor time that the portal and its database spent on a call, which a busy
machine disturbs less.
"""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from cryptography.fernet import Fernet

from tests.servers import free_port, postgresql, redis_server, tied

CALLERS = 6
WARM_UP = 60
TARGET = 100
# As many as keep within what one event may have.
SLOTS_PER_EVENT = 900
ROOT = Path(__file__).resolve().parent.parent.parent
HERTZ = os.sysconf("SC_CLK_TCK")


def main(seconds: float) -> None:
    with postgresql() as database, redis_server() as redis, tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "clea_portal.settings",
            "SECRET_KEY": "only for measuring",
            "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "DATA_DIR": folder,
            "DATABASE_URL": database,
            "CACHE_URL": redis,
            "BROKER_URL": redis,
            "SECURE_SSL_REDIRECT": "False",
            "API_CALLS_PER_MINUTE": "1000000",
            "LOG_LEVEL": "INFO",
        }
        token, events = prepare(round(seconds * 8 * TARGET) // SLOTS_PER_EVENT + 2)
        from django.db import connection

        with web() as (port, process):
            for number in range(WARM_UP):
                call(port, token, events[0], accept=("image/png", "image/svg+xml")[number % 2], key=None)
            with connection.cursor() as cursor:
                # As it would have been after a day: an empty table is planned for otherwise.
                cursor.execute("ANALYZE")
            lines = [
                measure(title, port, token, events, accept=accept, with_key=with_key, seconds=seconds, process=process)
                for title, accept, with_key in (
                    ("link (JSON)", "application/json", False),
                    ("SVG", "image/svg+xml", False),
                    ("PNG", "image/png", False),
                    ("SVG, with an idempotency key", "image/svg+xml", True),
                )
            ]
    sys.stdout.write("\n".join([f"codes a second, target {TARGET} on two cores; {os.cpu_count()} cores here", *lines]) + "\n")


def prepare(number: int) -> tuple[str, list[str]]:
    """A token and events of an organisation of a country that issues codes."""
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, check=True)
    import django

    django.setup()
    from django.utils import timezone

    from clea_portal.api.enums import Scope
    from clea_portal.api.tokens import make_token
    from tests.events.making import coming_event
    from tests.members import member, organisation_with_choices

    organisation = organisation_with_choices()
    user = member(organisation)
    _row, token = make_token(
        by=user, organisation=organisation, name="Shop", scope=Scope.ISSUE, lifetime=None, now=timezone.now()
    )
    return token, [str(coming_event(organisation).uuid) for _ in range(number)]


@contextmanager
def web() -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    port = free_port()
    command = [
        "-m",
        "gunicorn",
        "clea_portal.wsgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "2",
        "--threads",
        "4",
        "--preload",
    ]
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(tied(sys.executable, *command), cwd=ROOT, stdout=nowhere, stderr=nowhere)
    try:
        for _ in range(300):
            try:
                http.client.HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/healthz")
                break
            except OSError:
                time.sleep(0.1)
        yield port, process
    finally:
        process.terminate()
        process.wait(30)


def measure(
    title: str,
    port: int,
    token: str,
    events: list[str],
    *,
    accept: str,
    with_key: bool,
    seconds: float,
    process: "subprocess.Popen[bytes]",
) -> str:
    done = [0] * CALLERS
    until = time.monotonic() + seconds
    failures: list[str] = []

    def caller(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.monotonic() < until and not failures:
            event = events[-1]
            key = str(uuid4()) if with_key else None
            status, body = call(port, token, event, accept=accept, key=key, connection=connection)
            if status == 409 and b"too-many" in body:
                if events[-1] == event and len(events) > 1:
                    events.pop()
                continue
            if status != 201:
                failures.append(f"{status}: {body[:300]!r}")
            done[number] += 1

    before, start = processor_seconds(process.pid), time.monotonic()
    threads = [threading.Thread(target=caller, args=(number,)) for number in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    passed, spent = time.monotonic() - start, processor_seconds(process.pid) - before
    if failures:
        raise RuntimeError(failures[0])
    calls = sum(done)
    rate, each = calls / passed, 1000 * spent / calls
    return (
        f"{title}: {rate:.0f} a second; {each:.1f} ms of processor a call, so {2000 / each:.0f} a second if both cores were free"
    )


def call(
    port: int, token: str, event: str, *, accept: str, key: str | None, connection: http.client.HTTPConnection | None = None
) -> tuple[int, bytes]:
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=7, hours=3)
    body = {"name": "Evening", "start": start.isoformat(), "end": (start + timedelta(hours=2)).isoformat()}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Accept": accept}
    if key:
        headers["Idempotency-Key"] = key
    connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", f"/api/v1/events/{event}/slots/", json.dumps(body), headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def processor_seconds(pid: int) -> float:
    """What the web processes and the database of this run have spent."""
    parents: dict[int, int] = {}
    spent: dict[int, int] = {}
    names: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                name, _bracket, rest = (entry / "stat").read_text().partition("(")[2].rpartition(")")
            except OSError:
                continue
            words = rest.split()
            number = int(entry.name)
            # Children that have ended count with those who waited for them.
            parents[number], names[number] = int(words[1]), name
            spent[number] = sum(int(word) for word in words[11:15])
    servers = {number for number, name in names.items() if name == "postgres" and parents[number] == os.getpid()}
    counted = {number for number in spent if number == pid or number in servers or parents[number] in {pid, *servers}}
    return sum(spent[number] for number in counted) / HERTZ


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 8)
