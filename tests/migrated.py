"""A database after all migrations, made once for a whole run: workers and real portals begin with copies of it."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parent.parent
SQLITE, POSTGRESQL = "MIGRATED_SQLITE", "MIGRATED_POSTGRESQL"


def migrate_once(folder: Path, server: str) -> dict[str, str]:
    """Migrate a file in ``folder`` and a database of the PostgreSQL ``server`` at the same time.

    The environment variables that name both. Raises RuntimeError when one of them fails.
    """
    file, name = folder / "migrated.sqlite3", "migrated"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    addresses = [f"sqlite:///{file}", f"{server.rpartition('/')[0]}/{name}"]
    command = [sys.executable, "manage.py", "migrate", "--settings", "tests.settings", "--verbosity", "0"]
    running = [subprocess.Popen(command, cwd=ROOT, env=os.environ | {"TEST_DATABASE_URL": address}) for address in addresses]
    if {process.wait() for process in running} != {0}:
        raise RuntimeError("The migrations failed.")
    return {SQLITE: str(file), POSTGRESQL: name}


def fill_memory(connection: Any, **_: Any) -> None:
    """Put the migrated tables into a database in memory that has none (a receiver of ``connection_created``)."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db() and not connection.introspection.table_names():
        with sqlite3.connect(os.environ[SQLITE]) as source:
            source.backup(connection.connection)
        source.close()
