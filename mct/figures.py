"""What the figures page counts. The database counts; the number of questions to it does not depend on the number of cases."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Case as First
from django.db.models import Count, DurationField, Exists, ExpressionWrapper, F, Min, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mct.enums import ON_ITS_WAY, CaseState, DeclarationState, Entry, Problem
from mct.models import Case, CaseCode, Declaration, TimelineEntry


class Stage(models.TextChoices):
    """The states of cases, as few as a drawing can show."""

    OPEN = "open", _("to be done")
    UNDER_WAY = "under_way", _("on their way")
    PUBLISHED = "published", _("published")
    CLOSED = "closed", _("closed")


class Origin(models.TextChoices):
    """How a case came to its code."""

    PICTURE = "picture", _("read from a picture")
    LINK = "link", _("link pasted")
    MANAGER = "manager", _("given by the place's manager")
    NONE = "none", _("no code yet")


class Outcome(models.TextChoices):
    """What became of a case: the first that is true."""

    PUBLISHED = "published", _("published")
    ACCEPTED = "accepted", _("accepted, not yet in the public list")
    UNKNOWN = "unknown", _("outcome unknown")
    REFUSED = "refused", _("refused by the server")
    SENDING = "sending", _("about to be sent")
    CLOSED = "closed", _("closed without a warning")
    OPEN = "open", _("still to be done")


class Age(models.TextChoices):
    """How long a case that waits for people has been waiting."""

    HOUR = "hour", _("under an hour")
    HOURS = "hours", _("1 to 4 hours")
    DAY = "day", _("4 to 24 hours")
    DAYS = "days", _("1 to 3 days")
    WEEK = "week", _("3 to 7 days")
    LONGER = "longer", _("over a week")


# Where it is for people to go on.
BACKLOG = frozenset({CaseState.DRAFT, CaseState.NEEDS_ATTENTION, CaseState.READY, CaseState.AWAITING_APPROVAL})
_STAGES = {
    **dict.fromkeys(BACKLOG, Stage.OPEN),
    **dict.fromkeys((CaseState.LINKING, CaseState.DECLARING, CaseState.DECLARED), Stage.UNDER_WAY),
    CaseState.PUBLISHED: Stage.PUBLISHED,
    CaseState.CLOSED: Stage.CLOSED,
}
_AGES = {
    Age.HOUR: timedelta(hours=1),
    Age.HOURS: timedelta(hours=4),
    Age.DAY: timedelta(days=1),
    Age.DAYS: timedelta(days=3),
    Age.WEEK: timedelta(days=7),
}


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days of registration, first and last included, in the active time zone."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        zone = timezone.get_current_timezone()
        first, end = ((day.year, day.month, day.day) for day in (self.first, self.last + timedelta(days=1)))
        return datetime(*first, tzinfo=zone), datetime(*end, tzinfo=zone)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Counts as they are: who may see them so, the caller decides (``mct.small_numbers``).

    ``by_day``: cases by day of registration and present stage. ``published``: how many were published, and ``median`` and
    ``p95`` of the time from registration to the first publication.
    """

    by_day: dict[date, Counter[str]]
    origins: Counter[str]
    outcomes: Counter[str]
    ages: Counter[str]
    published: int
    median: timedelta | None
    p95: timedelta | None

    @property
    def registered(self) -> int:
        return sum(self.outcomes.values())


def count(regions: Iterable[int], *, period: Period, now: datetime) -> Figures:
    """The figures of these regions' cases; those of the backlog are of this moment, whenever its cases were registered."""
    of_regions = Case.objects.in_regions(frozenset(regions)).order_by()
    start, end = period.bounds
    cases = of_regions.filter(created_at__gte=start, created_at__lt=end)
    published, median, p95 = _times(cases)
    return Figures(
        by_day=_by_day(cases, period),
        origins=_origins(cases),
        outcomes=_outcomes(cases),
        ages=_ages(of_regions, now),
        published=published,
        median=median,
        p95=p95,
    )


def _by_day(cases: "QuerySet[Case]", period: Period) -> dict[date, Counter[str]]:
    counts: dict[date, Counter[str]] = {day: Counter() for day in period.days}
    rows = cases.annotate(day=TruncDate("created_at")).values_list("day", "state").annotate(number=Count("pk"))
    for day, state, number in rows:
        counts[day][_STAGES[CaseState(state)]] += number
    return counts


def _origins(cases: "QuerySet[Case]") -> Counter[str]:
    def told(entry: Entry) -> Exists:
        return Exists(TimelineEntry.objects.filter(case=OuterRef("pk"), entry=entry))

    origin = First(
        When(~Exists(CaseCode.objects.filter(case=OuterRef("pk"))), then=Value(Origin.NONE)),
        When(told(Entry.CODE_SHARED), then=Value(Origin.MANAGER)),
        When(told(Entry.PICTURE_READ), then=Value(Origin.PICTURE)),
        default=Value(Origin.LINK),
        output_field=models.CharField(),
    )
    return _counted(cases.annotate(label=origin))


def _outcomes(cases: "QuerySet[Case]") -> Counter[str]:
    def declared(*states: str) -> Exists:
        through = Declaration.cases.through.objects.filter(case=OuterRef("pk"), declaration__state__in=sorted(states))
        return Exists(through)

    state = DeclarationState
    outcome = First(
        When(declared(state.PUBLISHED), then=Value(Outcome.PUBLISHED)),
        When(declared(state.ACCEPTED), then=Value(Outcome.ACCEPTED)),
        When(Q(problem=Problem.UNKNOWN_OUTCOME) | Q(declared(state.UNKNOWN)), then=Value(Outcome.UNKNOWN)),
        When(Q(problem=Problem.REFUSED), then=Value(Outcome.REFUSED)),
        When(Q(declared(*ON_ITS_WAY)), then=Value(Outcome.SENDING)),
        When(Q(state=CaseState.CLOSED), then=Value(Outcome.CLOSED)),
        default=Value(Outcome.OPEN),
        output_field=models.CharField(),
    )
    return _counted(cases.annotate(label=outcome))


def _ages(cases: "QuerySet[Case]", now: datetime) -> Counter[str]:
    younger = [When(created_at__gt=now - limit, then=Value(age)) for age, limit in _AGES.items()]
    age = First(*younger, default=Value(Age.LONGER), output_field=models.CharField())
    return _counted(cases.filter(state__in=BACKLOG).annotate(label=age))


def _counted(cases: "QuerySet[Any]") -> Counter[str]:
    return Counter(dict(cases.values_list("label").annotate(number=Count("pk"))))


def _times(cases: "QuerySet[Case]") -> tuple[int, timedelta | None, timedelta | None]:
    """How many cases were published, and the median and 95th percentile (nearest rank) of how long it took.

    By counting and skipping, which every database can. A case that joined hours already published took no time.
    """
    first = cases.annotate(published=Min("declarations__published_at")).filter(published__isnull=False)
    took = ExpressionWrapper(F("published") - F("created_at"), output_field=DurationField())
    times = first.annotate(took=took).order_by("took").values_list("took", flat=True)
    number = first.count()

    def at(percent: int) -> timedelta | None:
        rank = max(0, -(-number * percent // 100) - 1)
        found = list(times[rank : rank + 1])
        return max(timedelta(0), found[0]) if found else None

    return number, at(50), at(95)
