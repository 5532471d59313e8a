"""``make test``: every check and test, on SQLite and on PostgreSQL, with private servers that stop at the end."""

import os
import re
import signal
import subprocess
import sys
import time

from tests.servers import postgresql, redis_server, tied

PYTEST = [sys.executable, "-m", "pytest", "--quiet", "--numprocesses"]
FAST = "not processes and not e2e"
# What the database has a part in.
ON_A_DATABASE = [
    "tests/clea_portal/accounts",
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


def run(name: str, command: list[str], environment: dict[str, str]) -> tuple[bool, str]:
    """Whether it held, and a line about it."""
    print(f"\n=== {name}", flush=True)
    begin, summary = time.monotonic(), ""
    with subprocess.Popen(tied(*command), env=os.environ | environment, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            if found := SUMMARY.search(line):
                summary = found[0]
    held = process.returncode == 0
    return held, f"{'ok' if held else 'FAILED':8}{name}: {summary or f'{time.monotonic() - begin:.0f}s'}"


def main() -> int:
    # However it is told to end, it stops the servers first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with postgresql() as database, redis_server() as broker:
        servers = {"SERVERS_POSTGRESQL": database, "SERVERS_REDIS": broker}
        results = [
            run("checks", [".ci/check"], {}),
            run("tests on SQLite", [*PYTEST, "3", "-m", FAST], {}),
            run("tests on PostgreSQL", [*PYTEST, "3", "-m", FAST, *ON_A_DATABASE], {"TEST_DATABASE_URL": database}),
            run("browser", [*PYTEST, "2", "-m", "e2e and not processes"], {}),
            run("whole path with real processes", [*PYTEST, "3", "--dist", "worksteal", "-m", "processes"], servers),
        ]
    print("\n" + "\n".join(line for _, line in results))
    return int(not all(held for held, _ in results))


if __name__ == "__main__":
    sys.exit(main())
