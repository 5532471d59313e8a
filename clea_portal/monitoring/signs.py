"""Writing signs of life, seldom enough that nobody waits for a row."""

from datetime import datetime, timedelta

from django.db.models import F, Q

from clea_portal.monitoring.models import Sign

# What is seen again within this time is not written again.
NOTED_EVERY = timedelta(seconds=30)
DETAIL_LIMIT = 60


def seen(name: str, *, now: datetime) -> None:
    """Note that it works."""
    stale = Q(seen_at__isnull=True) | Q(seen_at__lte=now - NOTED_EVERY) | Q(failed_at__gte=F("seen_at"))
    if not Sign.objects.filter(stale, name=name).update(seen_at=now):
        Sign.objects.bulk_create([Sign(name=name, seen_at=now)], ignore_conflicts=True)


def failed(name: str, *, detail: str, now: datetime) -> None:
    """Note that it failed; ``detail``: a word of the program, never of a person."""
    changes = {"failed_at": now, "detail": detail[:DETAIL_LIMIT]}
    if not Sign.objects.filter(name=name).update(**changes):
        Sign.objects.bulk_create([Sign(name=name, **changes)], ignore_conflicts=True)


def all_signs() -> dict[str, Sign]:
    """By name. One query."""
    return {sign.name: sign for sign in Sign.objects.all()}
