"""What the address of the list selects: cut into parts that indexes have in order, counted, paged."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clea_portal.accounts.models import User
from clea_portal.authorities.models import Region
from clea_portal.paging import MOST_COUNTED, Order, Page, count_all, read_page
from mct.enums import CaseState, Problem
from mct.filters import TABS, CaseFilter
from mct.models import Case
from mct.searching import QUERY_LIMIT, Found, find_cases

ROWS_PER_PAGE = 25
# Of an address, what selects cases; the rest says where in the selection the page is.
NAMES = ("show", "quick", "q", "since", "until", "kind", "region", "sort")
ORDERS = {
    "": Order(name="newest", field="created_at", descending=True),
    "oldest": Order(name="oldest", field="created_at", descending=False),
    "exposure": Order(name="exposure", field="exposure_start", descending=True),
    "moved": Order(name="moved", field="state_changed_at", descending=True),
    "follow-up": Order(name="follow-up", field="follow_up_on", descending=False, kind=date),
}
# By the value of ``quick`` in the address.
QUICK: dict[str, Promise] = {
    "mine": _("Mine"),
    "team": _("My team's"),
    "unassigned": _("Unassigned"),
    "approve": _("Awaiting my approval"),
    "unknown": _("Outcome unknown"),
    "due": _("Follow-up due"),
    "done": _("Nothing left to do"),
}
_OPEN = ~Q(state=CaseState.CLOSED)


@dataclass(kw_only=True)
class Selection:
    """``regions``: all of the person's; ``today``: in the person's time zone."""

    words: QueryDict
    user: User
    regions: Sequence[Region]
    today: date
    chosen: CaseFilter = field(init=False)
    found: Found | None = field(init=False)
    # Read once: as numbers, they let the database use the index of cases that a team has.
    teams: list[int] = field(init=False)

    def __post_init__(self) -> None:
        everywhere = frozenset(region.pk for region in self.regions)
        self.chosen = CaseFilter(self.words, queryset=Case.objects.in_regions(everywhere), regions=self.regions)
        self.teams = list(self.user.team_memberships.values_list("team", flat=True))
        self.found = find_cases(self.query, regions=everywhere) if self.query else None

    @property
    def tab(self) -> str:
        tab = self.words.get("show", "")
        return tab if tab in TABS else ""

    @property
    def quick(self) -> str:
        quick = self.words.get("quick", "")
        return quick if quick in QUICK else ""

    @property
    def query(self) -> str:
        return self.words.get("q", "").strip()[:QUERY_LIMIT]

    @property
    def is_narrowed(self) -> bool:
        """Whether more than a tab, a quick filter or a region is chosen: then rows are not counted."""
        return bool(self.query) or any(self.words.get(name) for name in ("since", "until", "kind"))

    @property
    def address(self) -> str:
        """The selection alone, to come back to or to keep."""
        return address_of(self.words)

    @property
    def order(self) -> Order:
        """As the index has it: where days are chosen, the newest exposures first, and of what is due, what is due longest."""
        sort = self.chosen.chosen("sort") or ""
        if not sort and (self.chosen.chosen("since") or self.chosen.chosen("until")):
            sort = "exposure"
        elif not sort and self.quick == "due":
            sort = "follow-up"
        return ORDERS[sort]

    def page(self) -> Page:
        """Two queries, and those of the search."""
        rows = Case.objects.select_related("region", "code", "assignee", "team").defer("notes", "code__deep_link")
        return read_page(
            list(self._parts()),
            rows=rows,
            order=self.order,
            after=self.words.get("after", ""),
            before=self.words.get("before", ""),
            size=ROWS_PER_PAGE,
        )

    def counts(self) -> dict[str, int]:
        """How many cases each tab and each quick filter has in the chosen region, up to MOST_COUNTED. One query."""
        cases = Case.objects.filter(region__in=self._regions())
        tabs = {f"show={name}": cases.filter(state__in=states) if name else cases for name, (_label, states) in TABS.items()}
        quick = {f"quick={name}": cases.filter(self._quick(name)) for name in QUICK}
        return count_all(tabs | quick)

    def _regions(self) -> list[int]:
        one = self.chosen.chosen("region")
        return [one.pk] if one else [region.pk for region in self.regions]

    def _quick(self, name: str) -> Q:
        match name:
            case "mine":
                return Q(assignee=self.user) & _OPEN
            case "team":
                return Q(team__in=self.teams) & _OPEN
            case "unassigned":
                return Q(assignee=None, team=None) & _OPEN
            case "approve":
                return Q(state=CaseState.AWAITING_APPROVAL) & ~Q(proposed_by=self.user)
            case "unknown":
                return Q(problem=Problem.UNKNOWN_OUTCOME)
            case "due":
                return Q(follow_up_on__lte=self.today) & _OPEN
            case "done":
                return Q(state=CaseState.PUBLISHED)
            case _:
                return Q()

    def _parts(self) -> Iterator["QuerySet[Case]"]:
        cases = self.chosen.qs.order_by()
        if self.order.field == "follow_up_on":
            cases = cases.filter(follow_up_on__isnull=False)
        states = [Q(state=state) for state in sorted(TABS[self.tab][1])] if self.tab else [Q()]
        if self.found is not None:
            # So few that no index is needed.
            yield cases.filter(pk__in=self.found.ids).filter(self._quick(self.quick) & _any(states))
        elif self.quick == "mine":
            yield cases.filter(self._quick("mine") & _any(states))
        elif self.quick == "team":
            for team in self.teams:
                yield cases.filter(Q(team=team) & _OPEN & _any(states))
        else:
            for region in self._regions():
                for state in states:
                    yield cases.filter(Q(region=region) & self._quick(self.quick) & state)


def _any(states: Iterable[Q]) -> Q:
    either = Q()
    for state in states:
        either |= state
    return either


def address_of(words: Mapping[str, Any]) -> str:
    """Of what stands in an address, the part that selects cases, in a fixed order and without what is empty."""
    kept = QueryDict(mutable=True)
    for name in NAMES:
        if value := str(words.get(name, "")):
            kept[name] = value[:QUERY_LIMIT]
    return kept.urlencode()


def tell_count(count: int) -> str:
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)
