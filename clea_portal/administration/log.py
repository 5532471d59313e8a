"""What administrators did in a country, as sentences with the values before and after."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from clea_portal.accounts.models import User
from clea_portal.administration.log_words import act_of
from clea_portal.audit.models import AuditEvent
from clea_portal.authorities.models import Country
from clea_portal.fields import EncryptedBinaryField, EncryptedTextField

_MARK = "sha256:"
_NOTHING = "–"


@dataclass(frozen=True, kw_only=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """``title``: what was done; ``thing``: to what; ``is_new``: the changes have only values after it."""

    event: AuditEvent
    title: str
    thing: str
    who: str
    is_new: bool
    changes: list[Change] = field(default_factory=list)


def events_of(
    country: Country, *, verb: str = "", actor: int | None = None, since: date | None = None, until: date | None = None
) -> "QuerySet[AuditEvent]":
    """Days are those of the active zone, both inclusive."""
    events = AuditEvent.objects.filter(country=country.code)
    if verb:
        events = events.filter(verb=verb)
    if actor is not None:
        events = events.filter(actor=actor)
    if since:
        events = events.filter(at__date__gte=since)
    return events.filter(at__date__lte=until) if until else events


def entries(events: Iterable[AuditEvent]) -> list[LogEntry]:
    """Of one page: one query for each kind of thing that is named, however many events."""
    events = list(events)
    names = _Names()
    for event in events:
        names.want(event.subject, event.details.get("pk"))
        names.want_person(_person(event))
        for facts in (event.details.get("before"), event.details.get("after")):
            names.want_those_in(event.subject, facts)
    names.look_up()
    return [_entry(event, names) for event in events]


def in_batches(events: "QuerySet[AuditEvent]", *, size: int = 500) -> Iterator[LogEntry]:
    """All of them, newest first, a batch at a time."""
    wanted = events.select_related("actor").order_by("-pk")
    last: int | None = None
    while batch := list((wanted if last is None else wanted.filter(pk__lt=last))[:size]):
        last = batch[-1].pk
        yield from entries(batch)


def _entry(event: AuditEvent, names: "_Names") -> LogEntry:
    model, before, after = _model(event.subject), event.details.get("before"), event.details.get("after") or {}
    changes = [
        Change(
            label=_label(model, name),
            before=_NOTHING if before is None else _told(model, name, before.get(name), names),
            after=_told(model, name, value, names),
        )
        for name, value in _in_order(model, after)
        if before is not None or value not in (None, "")
    ]
    called = names.of(event.subject, event.details.get("pk")) or names.people.get(_person(event), "")
    return LogEntry(
        event=event,
        title=act_of(event.verb, event.details),
        thing=f"{_kind(model)} {called}".strip(),
        who=event.actor.email if event.actor else _("a command, or somebody whose account is gone"),
        is_new=before is None,
        changes=changes,
    )


class _Names:
    """What the things are called now that the log has only the numbers of."""

    def __init__(self) -> None:
        self.wanted: dict[str, set[int]] = {}
        self.found: dict[tuple[str, int], str] = {}
        # By UUID: whose access it was stays known when the access itself is gone.
        self.people: dict[str, str] = {}

    def want(self, subject: str, pk: object) -> None:
        if isinstance(pk, int):
            self.wanted.setdefault(subject, set()).add(pk)

    def want_person(self, uuid: str) -> None:
        if uuid:
            self.people[uuid] = ""

    def want_those_in(self, subject: str, facts: Mapping[str, Any] | None) -> None:
        model = _model(subject)
        for name, value in (facts or {}).items():
            related = _related(model, name)
            if related is not None:
                self.want(related._meta.label_lower, value)

    def look_up(self) -> None:
        for subject, numbers in self.wanted.items():
            model = _model(subject)
            if model is not None:
                rows = model._default_manager.select_related(*_parties(model)).defer(*_secrets(model)).in_bulk(numbers)
                self.found |= {(subject, pk): _called(row) for pk, row in rows.items()}
        if self.people:
            known = User.objects.filter(uuid__in=self.people).values_list("uuid", "email")
            self.people |= {str(uuid): email for uuid, email in known}

    def of(self, subject: str, pk: object) -> str:
        return self.found.get((subject, pk), "") if isinstance(pk, int) else ""


def _person(event: AuditEvent) -> str:
    """The UUID of whom it was done to; "" where it was done to no person."""
    if event.subject == User._meta.label_lower:
        return str(event.subject_uuid or "")
    return str(event.details.get("person", ""))


def _parties(model: type[models.Model]) -> list[str]:
    """What somebody's access is known by: the person, and the team."""
    names = [each.name for each in model._meta.concrete_fields]
    return [name for name in ("user", "team") if "user" in names and name in names]


def _called(row: models.Model) -> str:
    return ", ".join(str(getattr(row, name)) for name in _parties(type(row))) or str(row)


def _told(model: type[models.Model] | None, name: str, value: Any, names: _Names) -> str:
    column, related = _column(model, name), _related(model, name)
    if value is None or value in ("", [], {}):
        return _NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str) and value.startswith(_MARK):
        return _("secret, fingerprint %(digits)s") % {"digits": value.removeprefix(_MARK)}
    if related is not None:
        return names.of(related._meta.label_lower, value) or _("number %(number)s, which is gone") % {"number": value}
    if isinstance(column, models.DateTimeField) and (moment := parse_datetime(str(value))):
        return date_format(localtime(moment), "SHORT_DATETIME_FORMAT")
    choices: dict[Any, Any] = dict(column.flatchoices) if column is not None else {}
    return str(choices.get(value, value))


def _model(subject: str) -> type[models.Model] | None:
    """None for one that a later version knows, or this one no longer."""
    try:
        return apps.get_model(subject)
    except (LookupError, ValueError):
        return None


def _in_order(model: type[models.Model] | None, facts: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """As the fields stand in the model: PostgreSQL keeps the keys of JSON in an order of its own."""
    names = [each.name for each in model._meta.concrete_fields] if model is not None else []
    return sorted(facts.items(), key=lambda fact: names.index(fact[0]) if fact[0] in names else len(names))


def _column(model: type[models.Model] | None, name: str) -> Any:
    return None if model is None else next((each for each in model._meta.concrete_fields if each.name == name), None)


def _related(model: type[models.Model] | None, name: str) -> type[models.Model] | None:
    column = _column(model, name)
    related = column.related_model if column is not None and column.is_relation else None
    return related if isinstance(related, type) else None


def _secrets(model: type[models.Model]) -> list[str]:
    """What a name is never made of, and nobody needs decrypted."""
    kinds = (EncryptedTextField, EncryptedBinaryField)
    return [each.name for each in model._meta.concrete_fields if isinstance(each, kinds) and not each.editable]


def _label(model: type[models.Model] | None, name: str) -> str:
    column = _column(model, name)
    return capfirst(str(column.verbose_name)) if column is not None else name


def _kind(model: type[models.Model] | None) -> str:
    return capfirst(str(model._meta.verbose_name)) if model is not None else ""


def moment(at: datetime) -> str:
    return localtime(at).isoformat(timespec="seconds")
