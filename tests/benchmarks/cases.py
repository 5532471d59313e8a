"""How long the list of a million cases, its filters and searches take.

Run: ``python -m tests.benchmarks.cases [CASES [DATABASE_URL]]``; a database that is given keeps its cases for the next time.

PostgreSQL with rows made by SQL. Three people look: an agent of a region that has half of all cases, one who has two regions, and
one who has all of them. For each selection it prints the median and the 95th percentile of what the selection takes (page, counts
and search, without the template), the processor time of portal and database together, which a busy machine disturbs less, the
number of queries, and the ratio of the median to as many rows read by nothing but an index.
"""

import math
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from tests.benchmarks.million import arguments, million_cases, say

ROUNDS = 40
TARGET_MILLISECONDS = 100


def main(cases: int, database: str) -> None:
    with million_cases(cases, database):
        import clea_portal.wsgi  # noqa: F401 - measured as a web process is that has loaded everything

        worst = _measure()
        say(f"worst 95th percentile: {worst:.0f} ms (target {TARGET_MILLISECONDS} ms)")


def _selections() -> dict[str, str]:
    from django.utils import timezone

    from mct.enums import CodeKind
    from mct.filters import SORTS, TABS
    from mct.models import Case, CaseCode
    from mct.selection import QUICK

    today = timezone.localdate()
    day = (today - timedelta(days=60)).isoformat()
    some = CaseCode.objects.order_by("-pk")[100]
    reference = Case.objects.order_by("-pk")[5].uuid
    return {
        **{f"tab {name or 'all'}": f"show={name}" for name in TABS},
        **{f"quick filter {name}": f"quick={name}" for name in QUICK},
        **{f"kind {name}": f"kind={name}" for name in CodeKind},
        **{f"order {name}": f"sort={name}" for name in SORTS},
        "needs attention, by last move": "show=attention&sort=moved",
        "unassigned, ready": "show=ready&quick=unassigned",
        "one day, long ago": f"since={day}&until={day}",
        "until a day long ago": f"until={day}",
        "since yesterday": f"since={(today - timedelta(days=1)).isoformat()}",
        "search: frequent word": "q=word3",
        "search: rare word": "q=word4990",
        "search: frequent and rare": "q=word3+word4000",
        "search: two frequent": "q=word3+word5",
        "search: nothing": "q=nowhere",
        "search: LTId": f"q={some.ltid}",
        "search: check code": f"q={some.check_code}",
        "search: number": f"q={str(reference)[:8]}",
        "search: frequent word, in a tab": "q=word3&show=attention",
    }


def _measure() -> float:
    from django.db import connection
    from django.http import QueryDict
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from clea_portal.accounts.models import User
    from clea_portal.authorities.models import Region
    from mct.models import Case
    from mct.selection import Selection

    first = Region.objects.order_by("pk").first()
    everybody, two = (User.objects.get(email=f"{name}@example.org") for name in ("everywhere", "two"))
    agent = User.objects.filter(team_memberships__team__region=first, email__startswith="person").order_by("pk")[0]
    worst = 0.0
    for title, user in (("region with half of the cases", agent), ("two regions", two), ("all regions", everybody)):
        regions = list(Region.objects.filter(teams__memberships__user=user))

        def read(words: str, after: str = "", user: User = user, regions: list[Region] = regions) -> str:
            selection = Selection(
                words=QueryDict(f"{words}&after={after}"), user=user, regions=regions, today=timezone.localdate()
            )
            page = selection.page()
            if not selection.is_narrowed:
                selection.counts()
            return page.next

        def bound(regions: list[Region] = regions) -> None:
            """A page of numbers from one index, and nothing else."""
            list(Case.objects.filter(region=regions[0]).values_list("pk", flat=True)[:26])

        say(f"\n{title}: {Case.objects.filter(region__in=regions).count()} cases")
        least, high, busy = _times(bound)
        say(f"  {'index-only lookup':34} {least:7.1f} ms  p95 {high:7.1f} ms  processor {busy:6.1f} ms")
        for name, words in _selections().items():
            with CaptureQueriesContext(connection) as queries:
                read(words)
            median, high, busy = _times(lambda words=words: read(words))
            worst = max(worst, high)
            mark = "" if high < TARGET_MILLISECONDS else "  <-- over"
            line = f"  {name:34} {median:7.1f} ms  p95 {high:7.1f} ms  processor {busy:6.1f} ms"
            say(f"{line}  {len(queries):2} queries  x{median / least:.0f}{mark}")
        place = ""
        for _ in range(40):
            place = read("", place)
        median, high, busy = _times(lambda place=place: read("", place))
        say(f"  {'page 41':34} {median:7.1f} ms  p95 {high:7.1f} ms  processor {busy:6.1f} ms")
    return worst


def _times(work: Callable[[], object]) -> tuple[float, float, float]:
    """Median, 95th percentile and processor time in milliseconds, after a first time that fills the caches."""
    work()
    times = []
    busy = processor_seconds()
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    busy = processor_seconds() - busy
    times.sort()
    return times[ROUNDS // 2], times[math.ceil(ROUNDS * 0.95) - 1], busy / ROUNDS * 1000


def processor_seconds() -> float:
    """Of this process and of the database's process that serves it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main(*arguments())
