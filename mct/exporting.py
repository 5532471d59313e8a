"""Cases as rows of a table. What leads to a place stays here: an LTId goes out, the link of its code never does."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clea_portal.authorities.models import Country, Region
from clea_portal.protocol.check_code import check_code
from clea_portal.spreadsheets import Row
from mct.enums import CaseState, Entry
from mct.figures import Origin
from mct.models import Case, Declaration, TimelineEntry
from mct.venue_types import labels_of
from mct.words import IN_SHORT

BATCH = 500
_FIELDS = (
    *("uuid", "reference", "region", "exposure_start", "exposure_end", "infected_count"),
    *("venue_type", "state", "problem", "notes", "created_at", "place"),
)
_ORIGINS = {Entry.CODE_SHARED: Origin.MANAGER, Entry.PICTURE_READ: Origin.PICTURE, Entry.LINK_ADDED: Origin.LINK}
# The entity of each column, and its property, as SORMAS's import of events names them.
SORMAS_COLUMNS = (
    ("Event", "externalId"),
    ("Event", "eventStatus"),
    ("Event", "eventInvestigationStatus"),
    ("Event", "eventTitle"),
    ("Event", "eventDesc"),
    ("Event", "startDate"),
    ("Event", "endDate"),
    ("Event", "reportDateTime"),
    ("Location", "eventLocation.region"),
    ("Event", "disease"),
)
SORMAS_HEADINGS: tuple[Row, Row] = (
    tuple(entity for entity, _name in SORMAS_COLUMNS),
    tuple(name for _entity, name in SORMAS_COLUMNS),
)


@dataclass(kw_only=True)
class _Story:
    """What of a case stands in other tables."""

    origins: set[str] = field(default_factory=set)
    ordered: list[datetime] = field(default_factory=list)
    accepted: list[datetime] = field(default_factory=list)
    published: list[datetime] = field(default_factory=list)

    @property
    def origin(self) -> Origin:
        return next((origin for entry, origin in _ORIGINS.items() if entry in self.origins), Origin.NONE)


def headings() -> Row:
    zone = timezone.get_current_timezone_name()
    return (
        *(_("number"), _("reference"), _("country"), _("region"), _("name of the region")),
        *(f"{_('from')} ({zone})", _("to"), _("infected people"), _("state"), _("problem")),
        *(_("check code"), _("LTId"), _("how the code came"), _("type of place"), _("notes")),
        *(_("registered"), _("declaration ordered"), _("accepted"), _("published")),
        *(_("number of the person's cases"), _("place"), _("merged into")),
    )


def rows(cases: "QuerySet[Case]", *, seen: Callable[[Case], None]) -> Iterator[Row]:
    """A row for each case, the last registered first; ``seen`` is told of each."""
    states = {state.value: str(state.label) for state in CaseState}
    problems = {"": ""} | {problem.value: str(words) for problem, words in IN_SHORT.items()}
    origins = {origin: str(origin.label) for origin in Origin}
    types = labels_of(Country.objects.values_list("pk", flat=True))
    for case, region, story in _with_stories(cases):
        seen(case)
        ltid: UUID | None = case.ltid  # type: ignore[attr-defined]
        yield (
            *(str(case.uuid), case.reference, region.country.code, region.number, region.name),
            *(case.exposure_start, case.exposure_end, case.infected_count, states[case.state], problems[case.problem]),
            *((check_code(ltid), str(ltid), origins[story.origin]) if ltid else ("", "", "")),
            types.get((region.country_id, case.venue_type), case.venue_type),
            case.notes,
            *(case.created_at, *(min(times, default=None) for times in (story.ordered, story.accepted, story.published))),
            *(_number(case, "person"), case.place, _number(case, "kept")),
        )


def _number(case: Case, name: str) -> str:
    """Of what a case belongs to, as ``_with_stories`` has read it; empty where there is none."""
    return str(getattr(case, name) or "")


def sormas_rows(cases: "QuerySet[Case]", *, seen: Callable[[Case], None]) -> Iterator[Row]:
    """What of a case fits an event of SORMAS, with days as its import reads them in the person's language."""
    day_first = (get_language() or "fr").startswith("fr")

    def day(moment: datetime) -> str:
        return date_format(timezone.localtime(moment), "d/m/Y" if day_first else "m/d/Y")

    for case, region, story in _with_stories(cases):
        seen(case)
        span = f"CLÉA: {date_format(timezone.localtime(case.exposure_start), 'Y-m-d H:i')} – "
        span += date_format(timezone.localtime(case.exposure_end), "Y-m-d H:i")
        ltid: UUID | None = case.ltid  # type: ignore[attr-defined]
        code = f", {check_code(ltid)}" if ltid else ""
        yield (
            *(str(case.uuid), "EVENT", _sormas_progress(case, story)),
            *(case.reference or f"CLÉA {case}", "\n".join(filter(None, [f"{span}{code}", case.notes]))),
            *(day(case.exposure_start), day(case.exposure_end), day(case.created_at)),
            *(region.name, "CORONAVIRUS"),
        )


def _sormas_progress(case: Case, story: _Story) -> str:
    if case.state == CaseState.CLOSED:
        return "DONE"
    return "ONGOING" if story.ordered else "PENDING"


def _with_stories(cases: "QuerySet[Case]") -> Iterator[tuple[Case, Region, _Story]]:
    """Batch by batch, by primary key: memory stays flat, and no cursor is held open while somebody writes a file."""
    regions = Region.objects.select_related("country").in_bulk()
    # Of the code, only what may go out is read.
    wanted = (
        cases.order_by("-pk")
        .annotate(ltid=F("code__ltid"), person=F("dossier__uuid"), kept=F("merged_into__uuid"))
        .only(*_FIELDS)
    )
    last: int | None = None
    while batch := list((wanted if last is None else wanted.filter(pk__lt=last))[:BATCH]):
        last = batch[-1].pk
        stories = _stories([case.pk for case in batch])
        yield from ((case, regions[case.region_id], stories[case.pk]) for case in batch)


def _stories(ids: list[int]) -> dict[int, _Story]:
    stories: dict[int, _Story] = defaultdict(_Story)
    told = TimelineEntry.objects.filter(case__in=ids, entry__in=list(_ORIGINS)).order_by().values_list("case", "entry").distinct()
    for case, entry in told:
        stories[case].origins.add(entry)
    declared: Any = Declaration.cases.through.objects.filter(case__in=ids).order_by("pk")
    times = ("declaration__created_at", "declaration__accepted_at", "declaration__published_at")
    for case, ordered, accepted, published in declared.values_list("case", *times):
        story = stories[case]
        for kept, time in ((story.ordered, ordered), (story.accepted, accepted), (story.published, published)):
            if time is not None:
                kept.append(time)
    return stories
