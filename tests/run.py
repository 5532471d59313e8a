"""``make test``: every check and test, on SQLite and on PostgreSQL, with private servers that stop at the end."""

import os
import subprocess
import sys
import time

from tests.servers import postgresql, redis_server

PYTEST = [sys.executable, "-m", "pytest", "--quiet", "--numprocesses"]
# What the database has a part in.
ON_A_DATABASE = [
    "tests/clea_portal/accounts",
    "tests/clea_portal/audit",
    "tests/clea_portal/authorities",
    "tests/clea_portal/codes",
]
ON_A_DATABASE += [
    "tests/clea_portal/test_fields.py",
    "tests/clea_portal/test_health.py",
    "tests/venues",
    "tests/events",
    "tests/mct",
]


def main() -> int:
    with postgresql() as database, redis_server() as broker:
        servers = {"SERVERS_POSTGRESQL": database, "SERVERS_REDIS": broker}
        runs = [
            ("checks", [".ci/check"], {}),
            ("tests on SQLite", [*PYTEST, "3", "-m", "not processes and not e2e"], {}),
            (
                "tests on PostgreSQL",
                [*PYTEST, "3", "-m", "not processes and not e2e", *ON_A_DATABASE],
                {"TEST_DATABASE_URL": database},
            ),
            ("browser", [*PYTEST, "2", "-m", "e2e and not processes"], {}),
            ("whole path with real processes", [*PYTEST, "2", "-m", "processes"], servers),
        ]
        results = []
        for name, command, environment in runs:
            print(f"\n=== {name}", flush=True)
            started = time.monotonic()
            failed = subprocess.run(command, env=os.environ | environment, check=False).returncode
            results.append((name, failed, time.monotonic() - started))
    print()
    for name, failed, seconds in results:
        print(f"{'FAILED' if failed else 'ok':8}{seconds:6.0f} s  {name}")
    return int(any(failed for _, failed, _ in results))


if __name__ == "__main__":
    sys.exit(main())
