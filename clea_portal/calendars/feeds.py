"""Making, revoking and finding the calendar feed of an organisation."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from clea_portal.accounts.models import Organisation, User
from clea_portal.audit.trail import record_act
from clea_portal.calendars.models import Feed

RETENTION = timedelta(days=30)


@transaction.atomic
def share_calendar(*, organisation: Organisation, by: User, language: str, now: datetime) -> Feed:
    """A feed at a new address; one that there was before stops answering."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    Feed.objects.in_use().filter(organisation=organisation).update(revoked_at=now)
    token = secrets.token_urlsafe(32)
    feed = Feed.objects.create(
        organisation=organisation, token_hash=_hash(token), token=token, language=language, created_at=now, created_by=by
    )
    record_act(actor=by, verb="calendar_shared", on=organisation)
    return feed


@transaction.atomic
def revoke_calendar(feed: Feed, *, by: User, now: datetime) -> None:
    """Revoking twice changes nothing."""
    if Feed.objects.in_use().filter(pk=feed.pk).update(revoked_at=now):
        record_act(actor=by, verb="calendar_revoked", on=feed.organisation)


def find_feed(token: str) -> Feed | None:
    return Feed.objects.in_use().select_related("organisation").filter(token_hash=_hash(token)).first()


def purge(*, now: datetime) -> int:
    """Delete feeds that were revoked longer ago than RETENTION; how many."""
    return Feed.objects.filter(revoked_at__lte=now - RETENTION).delete()[0]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
