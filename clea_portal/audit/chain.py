"""The audit trail as a chain of digests: what was changed, removed, put in or reordered afterwards no longer fits.

Events are written without it, so that no transaction waits for another. A task seals what has been committed since, in order,
under a lock: each link is SHA-256 over the link before it and over what its event says. A transaction that commits late gets a
later link; one that says to be older than LATENESS when it appears was put in afterwards, and is not sealed.

Whoever may write to the tables may also compute the whole chain anew: it proves something to whoever has noted its head
elsewhere. The task writes every head into the log.
"""

import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import F

from clea_portal.audit.models import AuditAnchor, AuditEvent, AuditLink

logger = structlog.get_logger(__name__)

# Longer than any transaction lasts, and than clocks of two machines differ.
LATENESS = timedelta(hours=1)
BATCH = 1000
# Not their rows: tens of thousands of events would each decrypt the name of an organisation, of which nothing is wanted.
_WHOSE = {"actor_uuid": F("actor__uuid"), "organisation_uuid": F("organisation__uuid")}
_HEAD = re.compile(r"(\d{1,18}):[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """``broken_at``: position of the first link that does not fit, None where an event has no link that should have one.

    ``why``: what does not fit, empty where all does. ``sealed``: links that fit; ``unsealed``: events that wait for theirs;
    ``head``: position and digest of the last link that fits.
    """

    sealed: int
    unsealed: int
    head: str
    broken_at: int | None = None
    why: str = ""


class UnknownHead(ValueError):
    """No head, or one that is older than what the retention has left."""


def seal(*, now: datetime) -> int:
    """Give every event that has been committed its link; how many."""
    sealed = after = 0
    while links := _seal_batch(after=after, now=now):
        sealed += len(links)
        after = links[-1].event_id
    if sealed:
        logger.info("audit_chain_sealed", events=sealed, head=str(_last()))
    return sealed


def verify(*, head: str = "") -> Verdict:
    """Compute every link again. ``head``: one that was noted earlier, which must still be in the chain. Raises UnknownHead."""
    while True:
        anchor = _anchor()
        verdict = _verify(anchor, wanted=_noted(head, anchor), head=head)
        # What the retention took meanwhile is not missing.
        if not verdict.why or _anchor().position == anchor.position:
            return verdict


def purge(*, before: datetime) -> int:
    """Delete the events from before this moment, as far as they begin the chain; how many. The anchor takes their place.

    Of accounts that have gone, the salt goes, by which a digest could be traced back to them.
    """
    AuditLink.objects.exclude(actor_salt="").filter(event__actor__isnull=True).update(actor_salt="")
    deleted = 0
    while True:
        links, events = _purge_batch(before=before)
        deleted += events
        if not links and not events:
            return deleted


@transaction.atomic
def _seal_batch(*, after: int, now: datetime) -> list[AuditLink]:
    """``after``: the last event that this run has sealed, so that no batch looks at what the ones before it have done."""
    anchor, last = _lock(), _last()
    position, digest = (last.position, last.digest) if last else (anchor.position, anchor.digest)
    events = AuditEvent.objects.filter(link__isnull=True, pk__gt=after)
    if anchor.complete and last is not None:
        events = events.filter(at__gte=last.sealed_at - LATENESS)
    links = []
    for event in events.annotate(**_WHOSE).order_by("pk")[:BATCH]:
        position += 1
        salt = secrets.token_hex(16) if event.actor_uuid else ""
        link = AuditLink(
            position=position,
            event=event,
            sealed_at=now,
            actor_salt=salt,
            actor_digest=_named(event.actor_uuid, salt),
            organisation_digest=_named(event.organisation_uuid),
        )
        link.digest = digest = _digest(digest, link, event)
        links.append(link)
    AuditLink.objects.bulk_create(links)
    if not links and not anchor.complete:
        AuditAnchor.objects.update(complete=True)
    return links


def _verify(anchor: AuditAnchor, *, wanted: int | None, head: str) -> Verdict:
    fits, sealed_before = AuditLink(position=anchor.position, digest=anchor.digest), None
    for link, event in _links():
        why = _what_is_wrong(link, event, after=fits)
        if not why and link.position == wanted and head != str(link):
            why = "another link stood here when the head was noted"
        if why:
            return _verdict(fits, anchor, broken_at=fits.position + 1, why=why)
        fits, sealed_before = link, link.sealed_at
    if wanted is not None and wanted > fits.position:
        return _verdict(fits, anchor, broken_at=fits.position + 1, why="links were removed from the end: the noted head is gone")
    unlinked = AuditEvent.objects.filter(link__isnull=True)
    if (
        anchor.complete
        and sealed_before is not None
        and (late := unlinked.filter(at__lt=sealed_before - LATENESS).order_by("pk").first())
    ):
        return _verdict(fits, anchor, why=f"event {late.uuid} was put in afterwards, or its link was removed")
    return _verdict(fits, anchor)


def _what_is_wrong(link: AuditLink, event: AuditEvent | None, *, after: AuditLink) -> str:
    if link.position != after.position + 1:
        return "a link was removed"
    if event is None:
        return "its event was removed"
    if event.actor_uuid is not None and link.actor_digest != _named(event.actor_uuid, link.actor_salt):
        return "its event names another person"
    if event.organisation_uuid is not None and link.organisation_digest != _named(event.organisation_uuid):
        return "its event names another organisation"
    if link.digest != _digest(after.digest, link, event):
        return "it or its event was changed, or they were put in or moved here"
    return ""


@transaction.atomic
def _purge_batch(*, before: datetime) -> tuple[int, int]:
    """How many links and events."""
    _lock()
    old: list[tuple[AuditLink, AuditEvent | None]] = []
    for link, event in _batch(after=-1):
        # Sealed by then, it is old too, whatever a clock that went wrong had said.
        if link.sealed_at >= before and event is not None and event.at >= before:
            break
        old.append((link, event))
    events = [event for _, event in old if event is not None]
    # What was never sealed goes too: the retention comes first.
    events += AuditEvent.objects.filter(link__isnull=True, at__lt=before).order_by("pk")[:BATCH]
    if old:
        last = old[-1][0]
        AuditLink.objects.filter(position__lte=last.position).delete()
        AuditAnchor.objects.update(position=last.position, digest=last.digest)
    if events:
        _may_delete(before=max(event.at for event in events) + timedelta(microseconds=1))
        AuditEvent.objects.filter(pk__in=[event.pk for event in events]).delete()
    return len(old), len(events)


def _may_delete(*, before: datetime) -> None:
    """Tell PostgreSQL's trigger (migration 0003) what this transaction may delete."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('clea.audit_purge_before', %s, true)", [before.isoformat()])


def _lock() -> AuditAnchor:
    AuditAnchor.objects.get_or_create(pk=1)
    return AuditAnchor.objects.select_for_update().get(pk=1)


def _anchor() -> AuditAnchor:
    return AuditAnchor.objects.first() or AuditAnchor()


def _last() -> AuditLink | None:
    return AuditLink.objects.order_by("-position").first()


def _links() -> Iterator[tuple[AuditLink, AuditEvent | None]]:
    position = -1
    while batch := _batch(after=position):
        yield from batch
        position = batch[-1][0].position


def _batch(*, after: int) -> list[tuple[AuditLink, AuditEvent | None]]:
    """Two queries and no join, which would leave out links whose event is gone."""
    links = list(AuditLink.objects.filter(position__gt=after).order_by("position")[:BATCH])
    found = AuditEvent.objects.annotate(**_WHOSE).in_bulk([link.event_id for link in links])
    return [(link, found.get(link.event_id)) for link in links]


def _noted(head: str, anchor: AuditAnchor) -> int | None:
    """The position of a head that was noted. Raises UnknownHead."""
    if not head:
        return None
    match = _HEAD.fullmatch(head)
    if match is None:
        raise UnknownHead("a head is a position, a colon and 64 hexadecimal digits, as verify_audit_chain prints it")
    position = int(match[1])
    if position <= anchor.position and head != str(anchor):
        raise UnknownHead("this head is older than what is kept of the audit trail: nothing can be said of it")
    return position


def _verdict(fits: AuditLink, anchor: AuditAnchor, *, broken_at: int | None = None, why: str = "") -> Verdict:
    return Verdict(
        sealed=fits.position - anchor.position,
        unsealed=AuditEvent.objects.filter(link__isnull=True).count(),
        head=str(fits),
        broken_at=broken_at,
        why=why,
    )


def _named(uuid: UUID | None, salt: str = "") -> str:
    return sha256(f"{salt}{uuid}".encode()).hexdigest() if uuid else ""


def _digest(before: str, link: AuditLink, event: AuditEvent) -> str:
    """Of the link before it, and of all that stands in this one and its event; of whom and whose, as digests that stay."""
    facts = {
        "before": before,
        "position": link.position,
        "sealed_at": _moment(link.sealed_at),
        "actor": link.actor_digest,
        "organisation": link.organisation_digest,
        "uuid": str(event.uuid),
        "at": _moment(event.at),
        "kind": event.kind,
        "side": event.side,
        "verb": event.verb,
        "subject": event.subject,
        "subject_uuid": str(event.subject_uuid or ""),
        "country": event.country,
        "details": event.details,
    }
    return sha256(json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
