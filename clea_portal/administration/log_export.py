"""The log of a country as a file: ordered on its page, made by a worker, itself logged (settings.JOB_KINDS)."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clea_portal.accounts.models import User
from clea_portal.accounts.roles import roles_of
from clea_portal.administration.log import LogEntry, events_of, in_batches, moment
from clea_portal.audit.models import AuditKind, AuditSide
from clea_portal.audit.trail import record_read
from clea_portal.authorities.models import Country
from clea_portal.jobs.models import Job
from clea_portal.jobs.results import JobRefused, Result
from clea_portal.jobs.running import Report, order
from clea_portal.spreadsheets import CSV_TYPE, Row, csv_pieces

KIND = "administration.log"


class LogFormat(models.TextChoices):
    CSV = "csv", gettext_lazy("CSV")
    JSON_LINES = "jsonl", gettext_lazy("JSON lines")


def order_log(country: Country, *, chosen: dict[str, Any], format_: LogFormat, by: User) -> Job:
    """``chosen``: arguments of ``events_of``. Raises TooManyJobs."""
    days = {name: value.isoformat() for name in ("since", "until") if (value := chosen.get(name))}
    arguments = {
        "country": country.pk,
        "format": format_.value,
        "verb": chosen.get("verb", ""),
        "actor": chosen.get("actor"),
        **days,
    }
    key = hashlib.sha256(json.dumps([KIND, arguments], sort_keys=True).encode()).hexdigest()
    title = f"{_('Log')}, {country.name}, {format_.label}"
    back_to = reverse("administration:log", args=[country.code])
    return order(kind=KIND, by=by, arguments=arguments, title=title, back_to=back_to, key=key)


def check_log(job_arguments: dict[str, Any], /, *, by: User) -> None:
    """Raises JobRefused for somebody who no longer administers the country."""
    if job_arguments["country"] not in roles_of(by).administers:
        raise JobRefused(_("You no longer administer this country."))


def export_log(job_arguments: dict[str, Any], /, *, by: User, report: Report) -> Result:
    """The handler of KIND."""
    check_log(job_arguments, by=by)
    country = Country.objects.get(pk=job_arguments["country"])
    since, until = (date.fromisoformat(text) if (text := job_arguments.get(name)) else None for name in ("since", "until"))
    events = events_of(country, verb=job_arguments["verb"], actor=job_arguments["actor"], since=since, until=until)
    total, done = events.count(), 0
    report(0, total)

    def counted() -> Iterator[LogEntry]:
        nonlocal done
        for entry in in_batches(events):
            done += 1
            report(done, total)
            yield entry
        filter_ = {name: job_arguments.get(name, "") for name in ("verb", "since", "until")}
        record_read(
            actor=by,
            verb="log_exported",
            on=country,
            side=AuditSide.AUTHORITY,
            country=country.code,
            pk=country.pk,
            format=job_arguments["format"],
            filter=filter_,
            lines=done,
        )

    name = f"CLEA {_('Log')} {country.code} {timezone.localdate():%Y-%m-%d}"
    if job_arguments["format"] == LogFormat.JSON_LINES:
        pieces = (json.dumps(_as_json(entry), ensure_ascii=False).encode() + b"\n" for entry in counted())
        return Result(file=pieces, name=f"{name}.jsonl", content_type="application/jsonl; charset=utf-8")
    rows = (_as_row(entry) for entry in counted())
    return Result(file=csv_pieces([_headings()], rows), name=f"{name}.csv", content_type=CSV_TYPE)


def _headings() -> Row:
    zone = timezone.get_current_timezone_name()
    return (
        *(_("when (%(zone)s)") % {"zone": zone}, _("kind"), _("who"), _("on whose behalf"), _("what"), _("on what")),
        *(_("before"), _("after"), _("verb"), _("number of the line"), _("details")),
    )


def _as_row(entry: LogEntry) -> Row:
    event = entry.event
    return (
        *(event.at, str(AuditKind(event.kind).label), event.actor.email if event.actor else ""),
        *(str(AuditSide(event.side).label), entry.title, entry.thing),
        "" if entry.is_new else "; ".join(f"{change.label}: {change.before}" for change in entry.changes),
        "; ".join(f"{change.label}: {change.after}" for change in entry.changes),
        *(event.verb, str(event.uuid), json.dumps(event.details, ensure_ascii=False, sort_keys=True)),
    )


def _as_json(entry: LogEntry) -> dict[str, Any]:
    """As the chain of the audit trail has it, so that a line can be compared with the trail."""
    event = entry.event
    return {
        "uuid": str(event.uuid),
        "at": moment(event.at),
        "kind": event.kind,
        "actor": event.actor.email if event.actor else None,
        "side": event.side,
        "verb": event.verb,
        "subject": event.subject,
        "subject_uuid": str(event.subject_uuid) if event.subject_uuid else None,
        "country": event.country,
        "details": event.details,
    }
