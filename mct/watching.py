"""Watches the public lists until what was declared stands there."""

import base64
import json

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from clea_portal import fields
from clea_portal.authorities.models import ServerAuthority
from clea_portal.cluster_server.public_list import CachedFile, ClusterListClient, ClusterListError, Exposition
from clea_portal.monitoring import signs
from clea_portal.protocol.ntp import to_ntp
from mct.enums import DeclarationState, Entry
from mct.models import Declaration
from mct.moves import SomeoneWasFaster, lock_cases_of, move_declaration, note, settle
from mct.server_health import list_of, publications_of

logger = structlog.get_logger(__name__)

WATCHED = [DeclarationState.ACCEPTED, DeclarationState.UNKNOWN]
CACHED_FOR = 3600


def watch_lists() -> None:
    """Look once into the list of every server that owes a publication."""
    for server_id in Declaration.objects.filter(state__in=WATCHED).order_by().values_list("server", flat=True).distinct():
        watch_server(server_id)


def watch_server(server_id: int) -> None:
    """Mark as published what this server's list shows now. A list that cannot be read is tried again at the next turn."""
    server = ServerAuthority.objects.get(pk=server_id)
    watched = list(Declaration.objects.filter(server=server, state__in=WATCHED))
    if not watched:
        return
    client = ClusterListClient(timeout=settings.CLUSTER_SERVER_TIMEOUT, allow_private=settings.ALLOW_PRIVATE_CLUSTER_SERVERS)
    key = f"public-list:{server.pk}"
    files = _remembered(key)
    try:
        listed = client.fetch(server.list_url, ltids={declaration.ltid for declaration in watched}, cache=files)
    except ClusterListError as error:
        logger.warning("public list unreadable", server=server.pk, reason=error.code)
        signs.failed(list_of(server.pk), detail=error.code, now=timezone.now())
        return
    signs.seen(list_of(server.pk), now=timezone.now())
    _remember(key, files)
    for declaration in watched:
        shown = next((item for item in listed.get(declaration.ltid, ()) if _shows(item, declaration)), None)
        if shown is not None:
            publish(declaration, shown)


def _remembered(key: str) -> dict[str, CachedFile]:
    stored = cache.get(key)
    if stored is None:
        return {}
    try:
        files = json.loads(fields.decrypt(stored))
    except fields.Unreadable:
        # Its key has been rotated away: the files are fetched anew.
        return {}
    return {path: CachedFile(etag=etag, content=base64.b64decode(content)) for path, (etag, content) in files.items()}


def _remember(key: str, files: dict[str, CachedFile]) -> None:
    """Encrypted: which prefixes were asked for narrows down which LTIds this portal declared."""
    plain = json.dumps({path: (file.etag, base64.b64encode(file.content).decode()) for path, file in files.items()})
    cache.set(key, fields.encrypt(plain.encode()), CACHED_FOR)


def _shows(exposition: Exposition, declaration: Declaration) -> bool:
    """Whether the list's hours hold the declared instant (``form``), or a part of the declared hours (``api``)."""
    start, end = exposition.start, exposition.start + exposition.duration
    if declaration.instant is not None:
        return start <= to_ntp(declaration.instant) <= end
    return start < to_ntp(declaration.end) and to_ntp(declaration.start) < end


def publish(declaration: Declaration, shown: Exposition) -> None:
    """Note on the declaration and on its cases that the public list shows it."""
    now = timezone.now()
    with transaction.atomic():
        cases = lock_cases_of(declaration)
        try:
            move_declaration(declaration, DeclarationState.PUBLISHED, published_at=now)
        except SomeoneWasFaster:
            return
        for case in cases:
            note(
                case,
                Entry.PUBLISHED,
                by=None,
                declaration=str(declaration.uuid),
                start=shown.start,
                seconds=shown.duration,
                risk=shown.risk,
            )
            settle(case)
    signs.seen(publications_of(declaration.server_id), now=now)
    logger.info("declaration published", declaration=str(declaration.uuid))
