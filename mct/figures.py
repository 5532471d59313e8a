"""What the figures page says: sums of what is kept for each day (mct/counting.py). Four queries, however many cases."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import models
from django.db.models import Case as First
from django.db.models import Count, Min, Value, When
from django.utils.translation import gettext_lazy as _

from clea_portal.authorities.models import Region
from mct.enums import CaseState
from mct.figure_models import DayChange, DayFigures
from mct.models import Case


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


# The type of a place of which nobody said it.
UNSAID = ""

# Where it is for people to go on.
BACKLOG = frozenset({CaseState.DRAFT, CaseState.NEEDS_ATTENTION, CaseState.READY, CaseState.AWAITING_APPROVAL})
STAGES: dict[str, Stage] = {
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
    """Days of registration, first and last included, by the clock of each region's country: the same for whoever asks."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Counts as they are: who may see them so, the caller decides (``mct.small_numbers``).

    ``types``: cases by country and number of the type of place, or UNSAID; ``countries``: whose regions these are. ``by_day``:
    cases by day of registration and present stage. ``published``: how many were published, and ``median`` and ``p95`` of the
    time from registration to the first publication, to the minute. ``until``: what changed from then on is not counted yet;
    None: everything is.
    """

    by_day: dict[date, Counter[str]]
    origins: Counter[str]
    outcomes: Counter[str]
    ages: Counter[str]
    types: Counter[tuple[int, str] | str]
    countries: frozenset[int]
    published: int
    median: timedelta | None
    p95: timedelta | None
    until: datetime | None = None

    @property
    def registered(self) -> int:
        return sum(self.outcomes.values())


def count(regions: Iterable[int], *, period: Period, now: datetime) -> Figures:
    """The figures of these regions' cases; those of the backlog are of this moment, whenever its cases were registered."""
    wanted = frozenset(regions)
    # Asked before the days are read: what is counted meanwhile is told as still to be counted, never the other way round.
    until = _first_uncounted(wanted, period)
    by_day: dict[date, Counter[str]] = {day: Counter() for day in period.days}
    origins, outcomes, texts = Counter[str](), Counter[str](), Counter[str]()
    types: Counter[tuple[int, str] | str] = Counter()
    countries = dict(Region.objects.filter(pk__in=wanted).values_list("pk", "country"))
    kept = DayFigures.objects.filter(region__in=wanted, day__gte=period.first, day__lte=period.last)
    for region, day, counts in kept.values_list("region", "day", "counts").iterator(chunk_size=2000):
        by_day[day].update(counts["stages"])
        origins.update(counts["origins"])
        outcomes.update(counts["outcomes"])
        texts.update(counts["minutes"])
        types.update({(countries[region], number) if number else UNSAID: cases for number, cases in counts["types"].items()})
    minutes = Counter({int(number): cases for number, cases in texts.items()})
    return Figures(
        by_day=by_day,
        origins=origins,
        outcomes=outcomes,
        ages=_ages(wanted, now),
        types=types,
        countries=frozenset(countries.values()),
        published=minutes.total(),
        median=_percentile(minutes, 50),
        p95=_percentile(minutes, 95),
        until=until,
    )


def _first_uncounted(regions: frozenset[int], period: Period) -> datetime | None:
    """Days as long as they can be anywhere on earth."""
    first, last = (datetime.combine(day, time(), tzinfo=UTC) for day in (period.first, period.last))
    changes = DayChange.objects.filter(
        region__in=regions, registered_at__gt=first - timedelta(days=1), registered_at__lt=last + timedelta(days=2)
    )
    first_of_all: datetime | None = changes.aggregate(first=Min("at"))["first"]
    return first_of_all


def _ages(regions: frozenset[int], now: datetime) -> Counter[str]:
    younger = [When(created_at__gt=now - limit, then=Value(age)) for age, limit in _AGES.items()]
    age = First(*younger, default=Value(Age.LONGER), output_field=models.CharField())
    cases = Case.objects.in_regions(regions).order_by().filter(state__in=BACKLOG)
    return Counter(dict(cases.annotate(label=age).values_list("label").annotate(number=Count("pk"))))


def _percentile(minutes: Counter[int], percent: int) -> timedelta | None:
    """By nearest rank."""
    rank, seen = max(1, -(-minutes.total() * percent // 100)), 0
    for number in sorted(minutes):
        seen += minutes[number]
        if seen >= rank:
            return timedelta(minutes=number)
    return None
