"""How long it takes to find what looks like the same as a case, among a million.

Run: ``python -m tests.benchmarks.duplicates [CASES [DATABASE_URL]]``; a database that is given keeps its cases for the next time.
Asked for cases that share their code with one other, with thousands (a very large place), and whose reference is a word that
every third case has; by an agent of the region with half of all cases, and by somebody of all regions.
"""

import math
import time
from collections.abc import Sequence
from typing import Any

from tests.benchmarks.cases import processor_seconds
from tests.benchmarks.million import arguments, million_cases, say

ROUNDS = 100
TARGET_MILLISECONDS = 100


def main(cases: int, database: str) -> None:
    with million_cases(cases, database):
        from clea_portal.accounts.models import User
        from clea_portal.authorities.models import Region

        first = Region.objects.order_by("pk")[0]
        agent = User.objects.filter(team_memberships__team__region=first, email__startswith="person").order_by("pk")[0]
        worst = 0.0
        for who, user in (
            ("region with half of the cases", agent),
            ("all regions", User.objects.get(email="everywhere@example.org")),
        ):
            for title, chosen, reference in _chosen(first):
                worst = max(worst, _measure(f"{who}, {title}", chosen, reference, user))
        say(f"worst 95th percentile: {worst:.0f} ms (target {TARGET_MILLISECONDS} ms)")


def _chosen(region: Any) -> list[tuple[str, list[Any], str]]:
    from django.db.models import F

    from mct.enums import CaseState
    from mct.models import Case

    waiting = (
        Case.objects.filter(region=region)
        .exclude(state=CaseState.CLOSED)
        .select_related("region__country", "code", "assignee", "team")
    )
    shared, large = (waiting.annotate(rest=F("id") % step).filter(rest=0)[:ROUNDS] for step in (10, 300))
    return [
        ("code of another case", list(shared), ""),
        ("code of a very large place", list(large), ""),
        ("reference of every third case", list(shared), "word3"),
        ("reference of few cases", list(shared), "word4990"),
    ]


def _measure(title: str, cases: Sequence[Any], reference: str, user: Any) -> float:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from clea_portal.accounts.roles import roles_of
    from mct.duplicates import Likeness

    roles_of(user)
    times, found = [], 0
    with CaptureQueriesContext(connection) as queries:
        busy = processor_seconds()
        for case in cases:
            case.reference = reference
            codes = list(case.codes.all())
            before, begun = len(queries), time.perf_counter()
            likeness = Likeness.read(case, codes, by=user)
            times.append((time.perf_counter() - begun) * 1000)
            found += len(likeness.candidates)
    busy = (processor_seconds() - busy) / len(cases) * 1000
    times.sort()
    worst = times[math.ceil(len(times) * 0.95) - 1]
    say(
        f"{title}: {len(cases)} cases, {found} alike, median {times[len(times) // 2]:.1f} ms, p95 {worst:.1f} ms,"
        f" processor {busy:.1f} ms, {len(queries) - before} queries"
    )
    return worst


if __name__ == "__main__":
    main(*arguments())
