"""The two set-ups that every whole-path test runs on."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import psycopg
import pytest
import redis

from tests.migrated import POSTGRESQL
from tests.servers import postgresql, redis_server


@pytest.fixture(scope="session")
def production_servers() -> Iterator[tuple[str, str]]:
    """PostgreSQL and Redis: those that ``make test`` started, or some of our own."""
    with ExitStack() as stack:
        yield (
            os.environ.get("SERVERS_POSTGRESQL") or stack.enter_context(postgresql()),
            os.environ.get("SERVERS_REDIS") or stack.enter_context(redis_server()),
        )


@pytest.fixture(params=["sqlite and files", "postgresql and redis"])
def setup(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """``database`` and ``broker`` as ``running_portal`` takes them, with no row and no message in them."""
    if request.param == "sqlite and files":
        yield {}
        return
    database, broker = request.getfixturevalue("production_servers")
    # Each worker of a parallel run has two of Redis' sixteen databases: broker and cache.
    number = 2 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    for part in (number, number + 1):
        with redis.Redis.from_url(broker.rpartition("/")[0] + f"/{part}") as client:
            client.flushdb()
    name = f"portal_{uuid4().hex}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{os.environ.get(POSTGRESQL, "template1")}"')
    try:
        yield {"database": database.rpartition("/")[0] + f"/{name}", "broker": broker.rpartition("/")[0] + f"/{number}"}
    finally:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
