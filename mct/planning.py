"""What will be declared for a case, before it happens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from clea_portal.authorities.enums import ServerKind
from clea_portal.authorities.exposures import rules
from clea_portal.authorities.models import ServerAuthority
from clea_portal.cluster_server.exposure import Call, ExposureRule, plan_form_calls, uncovered
from mct.enums import IN_FORCE
from mct.models import Case, CaseCode, Declaration


@dataclass(frozen=True, kw_only=True)
class Plan:
    """``calls`` will be sent; ``joined`` are declarations, of any case, that already cover a part of the hours.

    What a call flags at least, whatever the venue type, which only the server reads: so all hours are covered. ``widest`` flags
    most, where venue types have rules of their own; else None.

    ``start`` and ``end`` are the hours to declare; ``cut``: the older part of the case's hours is past the country's
    horizon; ``early``: they begin at the time written in the code, where phones that scanned it are recorded.
    """

    server: ServerAuthority
    start: datetime
    end: datetime
    calls: list[Call]
    joined: list[Declaration]
    cut: bool
    early: bool
    widest: ExposureRule | None = None


def plan(case: Case, code: CaseCode, *, now: datetime) -> Plan:
    """The smallest set of calls for what is not yet declared of the case's hours, by the server's kind and exposure rule.

    In whole minutes, as people see them: what is declared is what was shown. Raises ServerAuthority.DoesNotExist.
    """
    assert code.country is not None
    server = ServerAuthority.objects.select_related("country").get(country=code.country)
    standing = Declaration.objects.filter(server=server, ltid=code.ltid, state__in=IN_FORCE)
    return plan_at(server, case, code, standing=list(standing), now=now)


def plan_at(server: ServerAuthority, case: Case, code: CaseCode, *, standing: Sequence[Declaration], now: datetime) -> Plan:
    """Without a query where the server's exposures are prefetched.

    ``standing``: all that is in force at the server of this code's LTId.
    """
    now = now.replace(second=0, microsecond=0)
    assert code.country is not None
    start, end = case.exposure_start, min(case.exposure_end, now)
    early = code.starts_at is not None and code.starts_at < start
    if early and code.starts_at is not None:
        start = code.starts_at
    horizon = now - timedelta(days=code.country.horizon_days)
    cut = start < horizon
    start = max(start, horizon)
    joined = [declaration for declaration in standing if declaration.start < end and declaration.end > start]
    widest = None
    covered = [(declaration.start, declaration.end) for declaration in joined]
    if start >= end:
        calls = []
    elif server.kind == ServerKind.FORM:
        known = rules(server)
        calls = plan_form_calls(start=start, end=end, rule=known.narrowest, covered=covered, latest=now)
        widest = known.widest if known.differ else None
    else:
        spans = uncovered(start=start, end=end, covered=covered)
        calls = [Call(instant=None, start=left, end=right) for left, right in spans]
    return Plan(server=server, start=start, end=end, calls=calls, joined=joined, cut=cut, early=early, widest=widest)


def others_with_code(case: Case, code: CaseCode) -> list[Case]:
    """Other cases with the same LTId, newest first; one that was merged into another is none any more."""
    others = Case.objects.filter(Q(codes__ltid=code.ltid), merged_into=None).exclude(pk=case.pk)
    return list(others.select_related("region").distinct()[:20])
