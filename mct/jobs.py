"""Exports: ordered on a page, made by a worker, logged, and checked once more when they are fetched (settings.JOB_KINDS)."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from clea_portal.accounts.models import User
from clea_portal.accounts.roles import roles_of
from clea_portal.audit.trail import record_read
from clea_portal.authorities.models import Region
from clea_portal.jobs.models import Job
from clea_portal.jobs.results import JobRefused, Result
from clea_portal.jobs.running import Report, order
from clea_portal.spreadsheets import CSV_TYPE, XLSX_ROWS, XLSX_TYPE, Row, csv_pieces, write_xlsx
from mct import exporting, trail_exporting
from mct.enums import ExportFormat
from mct.filters import TABS, CaseFilter
from mct.models import Case

CASES, TRAIL = "mct.cases", "mct.trail"
# Of the filter, what may stand in the audit trail as it is: days, states and ids. Of the rest, only that it was used.
_LOGGED = frozenset({"since", "until", "region", "show", "state", "kind"})


def order_cases(*, by: User, regions: Sequence[int], show: str, chosen: dict[str, list[str]], format_: str, back_to: str) -> Job:
    """``chosen``: what was sent of the list's filter, by name. Raises TooManyJobs."""
    arguments = {"regions": sorted(regions), "show": show, "chosen": chosen, "format": format_}
    return _order(CASES, arguments, by=by, title=_("Cases"), back_to=back_to)


def order_trail(*, by: User, regions: Sequence[int], since: date | None, until: date | None, format_: str, back_to: str) -> Job:
    """Raises TooManyJobs."""
    days = {"since": since.isoformat() if since else "", "until": until.isoformat() if until else ""}
    return _order(TRAIL, {"regions": sorted(regions), "format": format_, **days}, by=by, title=_("Audit trail"), back_to=back_to)


def _order(kind: str, arguments: dict[str, Any], *, by: User, title: str, back_to: str) -> Job:
    key = hashlib.sha256(json.dumps([kind, arguments], sort_keys=True).encode()).hexdigest()
    title = f"{title}, {ExportFormat(arguments['format']).label}"
    return order(kind=kind, by=by, arguments=arguments, title=title, back_to=back_to, key=key)


def export_cases(job_arguments: dict[str, Any], /, *, by: User, report: Report) -> Result:
    """The handler of CASES."""
    check_cases(job_arguments, by=by)
    cases, total, counts = _cases(job_arguments), 0, Counter[int]()
    total = cases.count()
    report(0, total)

    def seen(case: Case) -> None:
        counts[case.region_id] += 1
        report(counts.total(), total)

    def log() -> None:
        chosen: dict[str, Any] = {name: _logged(name, values) for name, values in job_arguments["chosen"].items()}
        filter_ = {"show": job_arguments["show"], **chosen}
        for region in Region.objects.filter(pk__in=job_arguments["regions"]):
            details = {"region": region.pk, "format": job_arguments["format"], "filter": filter_, "cases": counts[region.pk]}
            record_read(actor=by, verb=trail_exporting.EXPORTED, on=region, **details)

    if job_arguments["format"] == ExportFormat.SORMAS:
        pieces = csv_pieces(exporting.SORMAS_HEADINGS, exporting.sormas_rows(cases, seen=seen), delimiter=",", marked=False)
        return Result(file=_logged_after(pieces, log), name=_name("SORMAS", "csv"), content_type=CSV_TYPE)
    rows = exporting.rows(cases, seen=seen)
    alive = _still(report, counts.total, total)
    return _result(job_arguments["format"], _("Cases"), exporting.headings(), rows, total=total, alive=alive, log=log)


def check_cases(job_arguments: dict[str, Any], /, *, by: User) -> None:
    """Raises JobRefused for somebody who no longer works for one of the regions."""
    if not frozenset(job_arguments["regions"]) <= roles_of(by).regions:
        raise JobRefused(_("You no longer work for one of these regions. Order it again for those that you work for."))


def export_trail(job_arguments: dict[str, Any], /, *, by: User, report: Report) -> Result:
    """The handler of TRAIL."""
    check_trail(job_arguments, by=by)
    since, until = (date.fromisoformat(text) if (text := job_arguments[name]) else None for name in ("since", "until"))
    events = trail_exporting.trail_of(frozenset(job_arguments["regions"]), since=since, until=until)
    total, counts = events.count(), Counter[str]()
    report(0, total)

    def counted() -> Iterator[Row]:
        for row in trail_exporting.rows(events, regions=frozenset(job_arguments["regions"])):
            counts["lines"] += 1
            report(counts["lines"], total)
            yield row

    def log() -> None:
        for region in Region.objects.filter(pk__in=job_arguments["regions"]):
            details = {name: job_arguments[name] for name in ("format", "since", "until")}
            record_read(
                actor=by, verb=trail_exporting.TRAIL_EXPORTED, on=region, region=region.pk, lines=counts["lines"], **details
            )

    heading, alive = trail_exporting.headings(), _still(report, counts.total, total)
    return _result(job_arguments["format"], _("Audit trail"), heading, counted(), total=total, alive=alive, log=log)


def check_trail(job_arguments: dict[str, Any], /, *, by: User) -> None:
    """Raises JobRefused for somebody who no longer leads one of the regions."""
    if not frozenset(job_arguments["regions"]) <= roles_of(by).led:
        raise JobRefused(_("You no longer lead one of these regions. Order it again for those that you lead."))


def _cases(arguments: dict[str, Any]) -> Any:
    """Raises JobRefused where the filter no longer fits: it must not let more through than what was ordered."""
    data = QueryDict(mutable=True)
    for name, values in arguments["chosen"].items():
        data.setlist(name, values)
    regions = frozenset(arguments["regions"])
    own = list(Region.objects.filter(pk__in=regions).select_related("country"))
    chosen = CaseFilter(data, queryset=Case.objects.in_regions(regions), regions=own)
    if not chosen.form.is_valid() or arguments["show"] not in TABS:
        raise JobRefused(_("This choice of cases does not exist any more. Order it again."))
    return chosen.qs.filter(state__in=TABS[arguments["show"]][1]) if arguments["show"] else chosen.qs


def _result(
    format_: str,
    title: str,
    heading: Row,
    rows: Iterator[Row],
    *,
    total: int,
    alive: Callable[[], None],
    log: Callable[[], None],
) -> Result:
    if format_ != ExportFormat.XLSX:
        pieces = csv_pieces([heading], rows)
        return Result(file=_logged_after(pieces, log), name=_name(title, "csv"), content_type=CSV_TYPE)
    if total >= XLSX_ROWS:
        text = _("A spreadsheet has at most %(rows)d rows, and these are %(total)d. Choose fewer days, or CSV.")
        raise JobRefused(text % {"rows": XLSX_ROWS - 1, "total": total})
    # What has come in since the count finds no room behind the last row.
    file = write_xlsx(heading, islice(rows, XLSX_ROWS - 1), alive=alive)
    log()
    return Result(file=file, name=_name(title, "xlsx"), content_type=XLSX_TYPE)


def _logged_after(pieces: Iterator[bytes], log: Callable[[], None]) -> Iterator[bytes]:
    yield from pieces
    log()


def _still(report: Report, done: Callable[[], int], total: int) -> Callable[[], None]:
    return lambda: report(done(), total)


def _logged(name: str, values: list[str]) -> Any:
    return values if name in _LOGGED else len(values)


def _name(title: str, ending: str) -> str:
    return f"CLEA {title} {timezone.localdate():%Y-%m-%d}.{ending}"
