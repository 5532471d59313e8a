"""The cases of one person, side by side: on each case's page in short, and on a page of their own with what would be declared."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clea_portal.accounts.models import User
from clea_portal.accounts.roles import roles_of
from clea_portal.authorities.enums import ServerKind
from clea_portal.authorities.models import ServerAuthority
from mct.enums import IN_FORCE, CaseState, DeclarationState
from mct.linking import obstacle_at
from mct.models import Case, Declaration
from mct.planning import Plan, plan_at
from mct.words import being_withdrawn, hours, short_day, span

_TO_GO_OUT = frozenset({CaseState.READY, CaseState.AWAITING_APPROVAL})


@dataclass(frozen=True, kw_only=True)
class Going:
    """What declaring a case would do: hours that get flagged, hours that are declared already, or what stands in the way."""

    hours: Sequence[str] = ()
    joined: Sequence[str] = ()
    server: str = ""
    stays_withdrawable: bool = False
    obstacle: str = ""


@dataclass(frozen=True, kw_only=True)
class Sibling:
    case: Case
    is_this: bool
    going: Going | None = None

    @property
    def place(self) -> str:
        return _("Place %(number)d") % {"number": self.case.place or 1}

    @property
    def day(self) -> str:
        return short_day(self.case.exposure_start)

    @property
    def hours(self) -> str:
        return hours(self.case.exposure_start, self.case.exposure_end)

    @property
    def check_code(self) -> str:
        return self.case.code.check_code if self.case.code else ""

    @property
    def seen(self) -> str:
        """As forms send it back: the case, and when what the page shows of it had last moved."""
        return f"{self.case.uuid}@{self.case.state_changed_at.isoformat()}"

    @property
    def ticked(self) -> str:
        """As the list's boxes send it: the case, and how often it had changed hands."""
        return f"{self.case.uuid}.{self.case.assignments}"

    @property
    def whose(self) -> Any:
        return self.case.assignee or self.case.team or ""


@dataclass(frozen=True, kw_only=True)
class Siblings:
    """``elsewhere``: the names of the regions that are not the person's and have further cases, of which nothing else is told."""

    rows: Sequence[Sibling]
    elsewhere: Sequence[str]

    @classmethod
    def read(cls, case: Case, *, user: User) -> "Siblings":
        """In one query, none for a case that stands alone."""
        if case.dossier_id is None:
            return cls(rows=[], elsewhere=[])
        regions = roles_of(user).regions
        found = Case.objects.filter(dossier=case.dossier_id).select_related(
            "region__country", "code__country", "assignee", "team"
        )
        rows = list(found.defer("notes", "code__deep_link").order_by("place", "exposure_start", "pk"))
        return cls(
            rows=[Sibling(case=row, is_this=row.pk == case.pk) for row in rows if row.region_id in regions],
            elsewhere=sorted({row.region.name for row in rows if row.region_id not in regions}),
        )

    @property
    def is_shown(self) -> bool:
        return len(self.rows) > 1 or bool(self.elsewhere)

    @property
    def version(self) -> list[Any]:
        """Changes when anything that is shown does."""
        return [
            (row.case.pk, row.case.place, row.case.state, row.case.exposure_start, row.case.exposure_end) for row in self.rows
        ]

    @property
    def open(self) -> list[Case]:
        return [row.case for row in self.rows if row.case.state != CaseState.CLOSED]


def with_plans(siblings: Siblings, *, now: datetime) -> list[Sibling]:
    """Of those that can be declared or approved, what would be. In three queries."""
    codes = {row.case.pk: row.case.code for row in siblings.rows if row.case.code and row.case.state in _TO_GO_OUT}
    servers = (
        {server.country_id: server for server in ServerAuthority.objects.select_related("country").prefetch_related("exposures")}
        if codes
        else {}
    )
    ltids = {code.ltid for code in codes.values()}
    standing = Declaration.objects.filter(ltid__in=ltids, state__in=IN_FORCE).defer("deep_link") if codes else []
    by_ltid: dict[tuple[int, UUID], list[Declaration]] = defaultdict(list)
    for declaration in standing:
        by_ltid[declaration.server_id, declaration.ltid].append(declaration)

    def planned(case: Case) -> Going | None:
        code = codes.get(case.pk)
        if code is None:
            return None
        server = servers.get(code.country_id) if code.country_id else None
        if problem := obstacle_at(server, case, code, now=now):
            return Going(obstacle=str(problem.label))
        assert server is not None
        plan = plan_at(server, case, code, standing=by_ltid[server.pk, code.ltid], now=now)
        return _going(plan)

    return [replace(row, going=planned(row.case)) for row in siblings.rows]


def _going(plan: Plan) -> Going:
    if any(declaration.state == DeclarationState.WITHDRAWING for declaration in plan.joined):
        return Going(obstacle=being_withdrawn())
    if not plan.calls and not plan.joined:
        return Going(obstacle=_("No hour of this case can be declared any more."))
    return Going(
        hours=[span(call.start, call.end) for call in plan.calls],
        joined=[span(declaration.start, declaration.end) for declaration in plan.joined],
        server=plan.server.name,
        stays_withdrawable=plan.server.kind == ServerKind.API,
    )
