"""``make test``: every check and test, on SQLite and on PostgreSQL, with private servers that stop at the end."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from tests.migrated import migrate_once
from tests.servers import postgresql, redis_server, tied

PYTEST = [sys.executable, "-m", "pytest", "--quiet", "--durations=12", "--durations-min=5", "--numprocesses"]
FAST = "not processes and not e2e"
# What the database has a part in. Who may see what (the ladders) is asked above it, so one database is enough for that.
ON_A_DATABASE = [
    "tests/clea_portal/accounts",
    "tests/clea_portal/api",
    "tests/clea_portal/audit",
    "tests/clea_portal/authorities",
    "tests/clea_portal/codes",
    "tests/clea_portal/jobs",
    "tests/clea_portal/test_fields.py",
    "tests/clea_portal/test_health.py",
    "tests/venues",
    "tests/events",
    "tests/mct",
]
SUMMARY = re.compile(r"\d+ (?:passed|failed|errors?)\b.* in [\d.]+s")
_running: set["subprocess.Popen[str]"] = set()
_is_over = threading.Event()


def run(name: str, command: list[str], environment: dict[str, str]) -> tuple[bool, str]:
    """Whether it held, and a line about it. What it says comes out with its name before each line."""
    begin, summary = time.monotonic(), ""
    if _is_over.is_set():
        return False, f"{'stopped':8}{name}"
    with subprocess.Popen(tied(*command), env=os.environ | environment, stdout=subprocess.PIPE, text=True) as process:
        _running.add(process)
        for line in process.stdout:
            print(f"{name:10}| {line}", end="", flush=True)
            if found := SUMMARY.search(line):
                summary = found[0]
    _running.discard(process)
    held = process.returncode == 0
    return held, f"{'ok' if held else 'FAILED':8}{name}: {summary or f'{time.monotonic() - begin:.0f}s'}"


def stop(*_: Any) -> None:
    """However it is told to end, it stops the runs first, then the servers."""
    _is_over.set()
    for process in [*_running]:
        process.terminate()


def main() -> int:
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with postgresql() as database, redis_server() as broker, tempfile.TemporaryDirectory(prefix="clea-migrated-") as folder:
        servers = {"SERVERS_POSTGRESQL": database, "SERVERS_REDIS": broker}
        os.environ |= migrate_once(Path(folder), database)
        # One after the other: beside computing tests, real processes and a browser wait longer than people would for them.
        runs = [
            ("checks", [".ci/check"], {}),
            ("SQLite", [*PYTEST, "2", "-m", FAST], {}),
            ("PostgreSQL", [*PYTEST, "2", "-m", FAST, "-k", "not ladder", *ON_A_DATABASE], {"TEST_DATABASE_URL": database}),
            ("processes", [*PYTEST, "2", "--dist", "worksteal", "-m", "processes"], servers),
            ("browser", [*PYTEST, "2", "-m", "e2e and not processes"], {}),
        ]
        results = [run(*each) for each in runs]
    print("\n" + "\n".join(line for _, line in results))
    return int(not all(held for held, _ in results))


if __name__ == "__main__":
    sys.exit(main())
