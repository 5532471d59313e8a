"""What of venues still needs a generation of SK_MCTA."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q
from django.db.models.functions import Coalesce
from django.utils.translation import ngettext

from clea_portal.audit.models import AuditEvent
from clea_portal.audit.retention import RETENTION
from clea_portal.authorities.key_uses import Use, after_its_end, generation_at
from clea_portal.authorities.models import Country, TracingKey
from venues.models import Display, Venue, VenueCode


def uses(country: Country, generations: Sequence[TracingKey], now: datetime) -> dict[int, list[Use]]:
    """Codes, configurations of devices, and displays: three queries."""
    found: dict[int, list[Use]] = {key.pk: [] for key in generations}
    for key, part in [*_codes(country, now), *_devices(country, generations), *_displays(country, generations, now)]:
        if key in found:
            found[key].append(part)
    return found


def _codes(country: Country, now: datetime) -> list[tuple[int, Use]]:
    kept = after_its_end(country)
    ended = Coalesce("replaced_at", "valid_until", "venue__archived_at")
    rows: Any = (
        VenueCode.objects.filter(venue__region__country=country, tracing_key__isnull=False)
        .annotate(ended=ended)
        .order_by()
        .values("tracing_key")
        .annotate(
            endless=Count("pk", filter=Q(ended__isnull=True)),
            ending=Count("pk", filter=Q(ended__gt=now - kept)),
            last=Max("ended"),
        )
    )
    found = []
    for row in rows:
        if count := row["endless"]:
            words = ngettext("%(count)d poster’s code without an end", "%(count)d posters’ codes without an end", count)
            found.append((row["tracing_key"], Use(words=words % {"count": count}, count=count)))
        if count := row["ending"]:
            words = ngettext("%(count)d code that ends or was replaced", "%(count)d codes that end or were replaced", count)
            found.append((row["tracing_key"], Use(words=words % {"count": count}, count=count, until=row["last"] + kept)))
    return found


def _devices(country: Country, generations: Sequence[TracingKey]) -> list[tuple[int, Use]]:
    """A device keeps the key that it was configured with. Where a place was configured again, as many are taken to be renewed."""
    venues = Venue.objects.filter(region__country=country, archived_at__isnull=True).order_by().values("uuid")
    events = AuditEvent.objects.filter(subject="venues.venue", verb="device_configured", subject_uuid__in=venues)
    places: dict[tuple[UUID | None, str | None], list[datetime]] = {}
    for venue, details, at in events.order_by("at").values_list("subject_uuid", "details", "at"):
        places.setdefault((venue, details.get("room")), []).append(at)
    counts, last = Counter[int](), dict[int, datetime]()
    for moments in places.values():
        # The newest ones stand, as many as had been there at most under one generation.
        made = [(key.pk, at) for at in moments if (key := generation_at(generations, at))]
        standing = max(Counter(pk for pk, _ in made).values(), default=0)
        for pk, at in made[-standing:] if standing else []:
            counts[pk] += 1
            last[pk] = max(at, last.get(pk, at))
    found = []
    for pk, count in counts.items():
        words = ngettext("%(count)d device that was configured with it", "%(count)d devices that were configured with it", count)
        found.append((pk, Use(words=words % {"count": count}, count=count, until=last[pk] + RETENTION)))
    return found


def _displays(country: Country, generations: Sequence[TracingKey], now: datetime) -> list[tuple[int, Use]]:
    current, count = (
        generation_at(generations, now),
        Display.objects.in_use().filter(venue__region__country=country, venue__archived_at__isnull=True).count(),
    )
    if current is None or not count:
        return []
    words = ngettext("%(count)d display", "%(count)d displays", count) % {"count": count}
    return [(current.pk, Use(words=words, count=count, follows=True))]
