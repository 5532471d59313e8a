"""Counts the cases of one region and day, and keeps what it found until something of them changes.

Figures of a million cases take half a minute to count, and a page may take none of that. The worker counts only the days of
which something changed; each can be counted anew at any time, from nothing but the cases.
"""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.utils import timezone

from clea_portal.authorities.models import Region
from mct.enums import ON_ITS_WAY, CaseState, DeclarationState, Entry, Problem
from mct.figure_models import DayChange, DayFigures
from mct.figures import STAGES, Origin, Outcome
from mct.models import Case, CaseCode, Declaration, TimelineEntry

logger = structlog.get_logger(__name__)

# Of one run of the task, which comes again; a day of a busy region takes the third part of a second.
SECONDS = 20
_MOST_CHANGES = 20_000


def recount(*, seconds: float = SECONDS) -> int:
    """Count the days of which something changed, the newest first, for about so long; how many days were counted."""
    until = time.monotonic() + seconds
    done = 0
    for region, day in _changed_days():
        done += _recount(region, day)
        if time.monotonic() > until:
            logger.info("some days are left to be counted for the figures", counted=done)
            break
    return done


def _changed_days() -> list[tuple[Region, date]]:
    regions = {region.pk: region for region in Region.objects.select_related("country")}
    changes = DayChange.objects.order_by("-registered_at").values_list("region", "registered_at")[:_MOST_CHANGES]
    days = {(region, at.astimezone(regions[region].country.zone).date()) for region, at in changes}
    return [(regions[region], day) for region, day in sorted(days, key=lambda each: each[1], reverse=True)]


def _recount(region: Region, day: date) -> int:
    """One worker at a time counts a day, or an older count might be written over a newer one."""
    start, end = bounds(day, zone=region.country.zone)
    with transaction.atomic():
        DayFigures.objects.get_or_create(region=region, day=day)
        kept = DayFigures.objects.select_for_update(skip_locked=True).filter(region=region, day=day).first()
        changes = DayChange.objects.filter(region=region, registered_at__gte=start, registered_at__lt=end)
        # Read before the cases are: what is committed afterwards stands in a row that stays.
        numbers = list(changes.values_list("pk", flat=True))
        if kept is None or not (numbers or kept.counts == {}):
            return 0
        kept.counts, kept.counted_at = count_day(region, start, end), timezone.now()
        if kept.counts["stages"]:
            kept.save(update_fields=["counts", "counted_at"])
        else:
            kept.delete()
        for first in range(0, len(numbers), 500):
            DayChange.objects.filter(pk__in=numbers[first : first + 500]).delete()
    return 1


def bounds(day: date, *, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """First moment of a day and of the next one."""
    following = day + timedelta(days=1)
    return tuple(datetime(each.year, each.month, each.day, tzinfo=zone) for each in (day, following))  # type: ignore[return-value]


def count_day(region: Region, start: datetime, end: datetime) -> dict[str, dict[str, int]]:
    """What ``DayFigures.counts`` holds. Four queries, however many cases."""
    stages, origins, outcomes, types = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    minutes = Counter[int]()
    of_day = {"region": region, "created_at__gte": start, "created_at__lt": end}
    of_their_case = {f"case__{name}": value for name, value in of_day.items()}
    with_code = set(CaseCode.objects.filter(**of_their_case).order_by().values_list("case", flat=True))
    told = _gathered(TimelineEntry.objects.filter(entry__in=[Entry.CODE_SHARED, Entry.PICTURE_READ], **of_their_case), "entry")
    declared = _gathered(
        Declaration.cases.through.objects.filter(**of_their_case), "declaration__state", "declaration__published_at"
    )
    cases = Case.objects.filter(**of_day).order_by().values_list("pk", "state", "problem", "venue_type", "created_at")
    for pk, state, problem, venue_type, created_at in cases.iterator(chunk_size=2000):
        rows = declared.get(pk, [])
        stages[STAGES[state]] += 1
        types[venue_type] += 1
        origins[_origin(pk in with_code, {entry for (entry,) in told.get(pk, [])})] += 1
        outcomes[_outcome(state, problem, {of for of, _at in rows})] += 1
        published = min((at for _of, at in rows if at), default=None)
        if published:
            # A case that joined hours already published took no time.
            minutes[max(0, round((published - created_at).total_seconds() / 60))] += 1
    return {
        "stages": stages,
        "origins": origins,
        "outcomes": outcomes,
        "types": types,
        "minutes": {str(n): cases for n, cases in minutes.items()},
    }


def _gathered(rows: Any, *fields: str) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    for pk, *values in rows.order_by().values_list("case", *fields).iterator(chunk_size=2000):
        found.setdefault(pk, []).append(tuple(values))
    return found


def _origin(has_code: bool, told: set[str]) -> Origin:
    if not has_code:
        return Origin.NONE
    if Entry.CODE_SHARED in told:
        return Origin.MANAGER
    return Origin.PICTURE if Entry.PICTURE_READ in told else Origin.LINK


def _outcome(state: str, problem: str, declared: set[str]) -> Outcome:
    return next(outcome for outcome, is_true in _outcomes(state, problem, declared) if is_true)


def _outcomes(state: str, problem: str, declared: set[str]) -> Iterator[tuple[Outcome, bool]]:
    """The first that is true counts."""
    yield Outcome.PUBLISHED, DeclarationState.PUBLISHED in declared
    yield Outcome.ACCEPTED, DeclarationState.ACCEPTED in declared
    yield Outcome.UNKNOWN, problem == Problem.UNKNOWN_OUTCOME or DeclarationState.UNKNOWN in declared
    yield Outcome.REFUSED, problem == Problem.REFUSED
    yield Outcome.SENDING, bool(ON_ITS_WAY & declared)
    yield Outcome.CLOSED, state == CaseState.CLOSED
    yield Outcome.OPEN, True
