"""What of events still needs a generation of SK_MCTA."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Max
from django.db.models.functions import Coalesce
from django.utils.translation import ngettext

from clea_portal.authorities.key_uses import Use, after_its_end
from clea_portal.authorities.models import Country, TracingKey
from events.models import EventCode


def uses(country: Country, generations: Sequence[TracingKey], now: datetime) -> dict[int, list[Use]]:
    """Entrance codes, tickets and codes for staff, until they are past their retention: one query."""
    kept = after_its_end(country)
    rows: Any = (
        EventCode.objects.filter(event__region__country=country, tracing_key__isnull=False)
        .annotate(ended=Coalesce("replaced_at", "valid_until", "event__end"))
        .filter(ended__gt=now - kept)
        .order_by()
        .values("tracing_key")
        .annotate(count=Count("pk"), last=Max("ended"))
    )
    found: dict[int, list[Use]] = {}
    for row in rows:
        words = ngettext("%(count)d code of an event", "%(count)d codes of events", row["count"]) % {"count": row["count"]}
        found.setdefault(row["tracing_key"], []).append(Use(words=words, count=row["count"], until=row["last"] + kept))
    return {key: found.get(key, []) for key in (generation.pk for generation in generations)}
