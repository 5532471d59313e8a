"""The audit trail of a region's cases as rows of a table: who did what, who read what, and when."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.audit.models import AuditEvent, AuditKind, AuditSide
from clea_portal.spreadsheets import Row
from mct.enums import Entry
from mct.models import Case

BATCH = 1000
# Of a region, not of one case.
EXPORTED, TRAIL_EXPORTED = "exported_cases", "exported_trail"
# Of a page of the list, which may hold cases of several regions.
LISTED = "listed_cases"
_VERBS: dict[str, Promise] = {
    "opened": gettext_lazy("Case opened"),
    "followed": gettext_lazy("Changes of the open case seen"),
    "opened_to_correct": gettext_lazy("Case opened to correct it"),
    "opened_to_add": gettext_lazy("Case opened to add a code"),
    "code_request_called_off": gettext_lazy("The place's manager is no longer asked"),
    "opened_together": gettext_lazy("Cases of the same person opened"),
    "opened_to_add_beside": gettext_lazy("Case opened to register another of the same person"),
    "compared": gettext_lazy("Case compared with another"),
    LISTED: gettext_lazy("List of cases opened"),
    EXPORTED: gettext_lazy("Cases of the region exported"),
    TRAIL_EXPORTED: gettext_lazy("Trail of the region exported"),
}


def trail_of(regions: frozenset[int], *, since: date | None, until: date | None) -> "QuerySet[AuditEvent]":
    """What happened to the cases that these regions still have, who had a page of the list with cases of theirs, and what was
    exported of them, on days of the active zone.
    """
    cases = Case.objects.in_regions(regions).order_by().values("uuid")
    of_regions = Q(subject="authorities.region", verb__in=[EXPORTED, TRAIL_EXPORTED], details__region__in=sorted(regions))
    keys = [str(region) for region in sorted(regions)]
    lists = Q(subject="accounts.user", verb=LISTED, details__regions__has_any_keys=keys)
    events = AuditEvent.objects.filter(Q(subject="mct.case", subject_uuid__in=cases) | of_regions | lists)
    if since:
        events = events.filter(at__date__gte=since)
    return events.filter(at__date__lte=until) if until else events


def shown_of(cases: Iterable[Case]) -> dict[str, int]:
    """How many cases of which region a page of the list has shown: as LISTED notes it."""
    return dict(Counter(str(case.region_id) for case in cases))


def headings() -> Row:
    zone = timezone.get_current_timezone_name()
    return (
        *(_("when (%(zone)s)") % {"zone": zone}, _("kind"), _("who"), _("on whose behalf"), _("what")),
        *(_("number of the case"), _("details")),
    )


def rows(events: "QuerySet[AuditEvent]", *, regions: frozenset[int]) -> Iterator[Row]:
    """``regions``: whose leads read it; of a page of the list, it counts the cases of these only."""
    wanted = events.order_by("-pk").select_related("actor")
    last: int | None = None
    while batch := list((wanted if last is None else wanted.filter(pk__lt=last))[:BATCH]):
        last = batch[-1].pk
        for event in batch:
            yield (
                *(event.at, str(AuditKind(event.kind).label), event.actor.email if event.actor else ""),
                *(str(AuditSide(event.side).label), _what(event.verb)),
                str(event.subject_uuid) if event.subject_uuid and event.verb != LISTED else "",
                _text(_of_regions(event.details, regions) if event.verb == LISTED else event.details),
            )


def _what(verb: str) -> str:
    if verb in _VERBS:
        return str(_VERBS[verb])
    return str(Entry(verb).label) if verb in Entry.values else verb


def _of_regions(details: dict[str, Any], regions: frozenset[int]) -> dict[str, Any]:
    shown: dict[str, int] = details["regions"]
    number = sum(cases for region, cases in shown.items() if int(region) in regions)
    return {name: value for name, value in details.items() if name != "regions"} | {"cases": number}


def _text(details: dict[str, Any]) -> str:
    return json.dumps(details, ensure_ascii=False, sort_keys=True) if details else ""
