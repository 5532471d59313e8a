"""Ordering and doing the connection test of a server. One at a time, and its last result is kept until the next one."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from clea_portal.accounts.models import User
from clea_portal.administration.changes import note_act
from clea_portal.administration.country_models import ConnectionTest
from clea_portal.authorities.credentials import credentials_of
from clea_portal.authorities.enums import ServerKind
from clea_portal.authorities.models import ServerAuthority
from clea_portal.celery import app
from clea_portal.cluster_server.connection import Server, Step, run
from clea_portal.cluster_server.credentials import Credentials
from clea_portal.protocol.errors import BadKey

logger = structlog.get_logger(__name__)

RUN = "clea_portal.administration.test_connection"


@transaction.atomic
def order(*, server: ServerAuthority, by: User) -> ConnectionTest:
    """Have a worker test the connection after commit. While one is under way, that one."""
    list(ServerAuthority.objects.select_for_update().filter(pk=server.pk))
    present = ConnectionTest.objects.filter(server=server).first()
    if present is not None and present.is_under_way:
        return present
    now = timezone.now()
    fresh = {"run": uuid4(), "steps": [], "ordered_at": now, "heard_at": now, "finished_at": None}
    test, _made = ConnectionTest.objects.update_or_create(server=server, defaults=fresh)
    note_act(actor=by, verb="connection_tested", on=server, pk=server.pk)
    transaction.on_commit(partial(_wake, test.pk, str(test.run)))
    return test


def take(*, test_id: int, run_uuid: UUID) -> None:
    """Do the test, noting each step as it ends. One that was ordered anew meanwhile is left to that order."""
    test = ConnectionTest.objects.select_related("server").filter(pk=test_id, run=run_uuid, finished_at=None).first()
    if test is None:
        return
    mine = ConnectionTest.objects.filter(pk=test_id, run=run_uuid, finished_at=None)
    steps = []
    for step in steps_of(test.server):
        steps.append(asdict(step))
        if not mine.update(steps=steps, heard_at=timezone.now()):
            return
    now = timezone.now()
    mine.update(finished_at=now, heard_at=now)
    logger.info("connection tested", server=test.server_id, results=[step["result"] for step in steps])


def steps_of(server: ServerAuthority) -> Iterator[Step]:
    """The steps as they end."""
    described = Server(
        is_api=server.kind == ServerKind.API,
        base_url=server.base_url,
        list_url=server.list_url,
        credentials=_credentials(server, now=timezone.now()),
        allow_private=settings.ALLOW_PRIVATE_CLUSTER_SERVERS,
        timeout=settings.CLUSTER_SERVER_TIMEOUT,
    )
    return run(described, now=timezone.now)


def _credentials(server: ServerAuthority, *, now: datetime) -> Credentials | None:
    try:
        return credentials_of(server, now=now)
    except BadKey:
        return None


def _wake(test_id: int, run_uuid: str) -> None:
    try:
        app.send_task(RUN, args=[test_id, run_uuid], retry=False)
    except (OperationalError, OSError) as error:
        # The page says that it was not heard of, and lets it be started again.
        logger.warning("broker unreachable", task=RUN, error=type(error).__name__)
