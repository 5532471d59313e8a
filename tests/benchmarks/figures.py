"""How long the figures of a million cases take: to count them all, to count a day again, and to answer a request.

Run: ``python -m tests.benchmarks.figures [CASES [DATABASE_URL]]``; a database that is given keeps its cases for the next time.
"""

import math
import time
from datetime import timedelta

from tests.benchmarks.million import arguments, million_cases, say

ROUNDS = 40
TARGET_MILLISECONDS = 1000


def main(cases: int, database: str) -> None:
    with million_cases(cases, database):
        _count()
        worst = max(_ask(title, regions, days) for title, regions in _regions() for days in (7, 30, 90))
        say(f"worst 95th percentile of a request: {worst:.0f} ms (target {TARGET_MILLISECONDS} ms)")


def _count() -> None:
    from django.utils import timezone

    from clea_portal.authorities.models import Region
    from mct.counting import recount
    from mct.figure_changes import cases_changed, everything_changed

    begun = time.monotonic()
    everything_changed()
    say(f"every day marked as changed: {time.monotonic() - begun:.1f} s")
    begun, days = time.monotonic(), 0
    while done := recount():
        days += done
    say(f"every day counted anew: {days} days in {time.monotonic() - begun:.1f} s")
    largest = Region.objects.order_by("pk")[0]
    cases_changed([(largest.pk, timezone.now() - timedelta(days=40))])
    begun = time.monotonic()
    recount()
    say(f"a day of the largest region counted anew: {1000 * (time.monotonic() - begun):.0f} ms")


def _regions() -> list[tuple[str, list[int]]]:
    from clea_portal.authorities.models import Region

    regions = list(Region.objects.order_by("pk").values_list("pk", flat=True))
    return [("region with half of the cases", regions[:1]), ("all regions", regions)]


def _ask(title: str, regions: list[int], days: int) -> float:
    """The 95th percentile of what a request asks the database and computes, without the template."""
    from django.utils import timezone

    from mct.figure_page import show
    from mct.figures import Period, count

    today = timezone.localdate()
    period, times = Period(first=today - timedelta(days=days - 1), last=today), []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        figures = count(regions, period=period, now=timezone.now())
        show(figures, period=period, is_guarded=True)
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    worst = times[math.ceil(ROUNDS * 0.95) - 1]
    say(f"{title}, {days} days: {figures.registered} cases, median {times[ROUNDS // 2]:.0f} ms, p95 {worst:.0f} ms")
    return worst


if __name__ == "__main__":
    main(*arguments())
