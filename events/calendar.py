"""Events as entries of a calendar, each with the link of its code."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Max, Prefetch, QuerySet
from django.utils.translation import gettext as _

from clea_portal.accounts.models import Organisation
from clea_portal.audit.models import AuditEvent, AuditKind
from clea_portal.calendars.writing import Entry
from events.models import Event, EventCode, EventCodeKind, Slot

# A feed shows what is to come, and what has just been.
SHOWN_AFTER = timedelta(days=31)
MOST_EVENTS = 1000
# Acts that leave an event as it was.
_WITHOUT_CHANGE = ("printed", "mailed", "shared")


def events_of_feed(organisation: Organisation, *, now: datetime) -> list[Event]:
    own = Event.objects.filter(organisation=organisation, archived_at__isnull=True, end__gt=now - SHOWN_AFTER)
    return list(with_entries(own).order_by("start", "pk")[:MOST_EVENTS])


def with_entries(events: QuerySet[Event]) -> QuerySet[Event]:
    """What `entries_of` needs of each."""
    shown = EventCode.objects.current().filter(room=None, kind=EventCodeKind.ASYNCHRONOUS)
    slots = Slot.objects.in_use().prefetch_related(Prefetch("codes", queryset=shown, to_attr="shown_codes"))
    return events.prefetch_related(
        Prefetch("codes", queryset=shown.filter(slot=None), to_attr="shown_codes"),
        Prefetch("slots", queryset=slots, to_attr="slots_in_use"),
    )


def entries_of(events: Sequence[Any]) -> list[Entry]:
    """One for each slot, or for the event if it has none. In the active language."""
    acts = AuditEvent.objects.filter(
        kind=AuditKind.ACT, subject="events.event", subject_uuid__in=[event.uuid for event in events]
    )
    changes = acts.exclude(verb__in=_WITHOUT_CHANGE).order_by().values("subject_uuid").annotate(last=Max("at"))
    last = {change["subject_uuid"]: change["last"] for change in changes}
    return [
        _entry(event, part, modified=max(last.get(event.uuid, event.created_at), event.created_at))
        for event in events
        for part in event.slots_in_use or [event]
    ]


def _entry(event: Event, part: Any, *, modified: datetime) -> Entry:
    code = next(iter(part.shown_codes), None)
    name = event.name.replace("\n", " ")
    return Entry(
        uid=f"{part.uuid}@{urlsplit(settings.PUBLIC_URL).hostname}",
        start=part.start,
        end=part.end,
        summary=f"{name} – {part.name}" if part is not event and part.name else name,
        description=_describe(code) if code else "",
        url=code.deep_link if code else "",
        created=part.created_at,
        modified=modified,
        # Seconds since it was made: they only grow, and nothing has to count.
        sequence=int((modified - event.created_at).total_seconds()),
    )


def _describe(code: EventCode) -> str:
    lines = (
        _("Code for invitations and tickets: %(link)s") % {"link": code.deep_link},
        _("Guests open the link, or scan it as a QR code, at any time before, during or after. It counts for this time."),
        _("Check code: %(code)s") % {"code": code.check_code},
    )
    return "\n\n".join(lines)
