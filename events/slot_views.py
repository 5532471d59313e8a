from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clea_portal.accounts.person import person
from clea_portal.codes.access import find, may_edit, require_editor
from clea_portal.codes.messages import archived_message
from events.daily_slots import proposals
from events.messages import done
from events.models import Event, Slot
from events.pages import codes_context
from events.slot_forms import RepeatForm, SlotForm, SlotLinesForm
from events.slot_lines import Understood, understand_slots
from events.slots import MOST_AT_ONCE, SlotDetails, add_slots, change_slot, remove_slot
from events.state import span_of

MOST_MISREAD_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def slots(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Slots are pasted as a list, or a pattern is repeated and becomes the list; they are looked at, then added."""
    user, now = person(request), timezone.now()
    event = find(Event.objects.with_country(), user=user, uuid=uuid)
    require_editor(user, event)
    if event.archived_at is not None:
        messages.warning(request, archived_message())
        return redirect("events:detail", event.uuid)
    act = request.POST.get("act", "")
    understood = None
    lines_form, repeat_form = SlotLinesForm(), RepeatForm(initial=_days_of(event))
    if act == "repeat":
        repeat_form = RepeatForm(request.POST)
        if repeat_form.is_valid():
            lines_form = SlotLinesForm({"lines": repeat_form.cleaned_data["lines"]})
    elif request.method == "POST":
        lines_form = SlotLinesForm(request.POST)
    if lines_form.is_bound and lines_form.is_valid():
        understood = _understood(event, lines_form.cleaned_data["lines"], now)
        if act == "add" and not understood.misread and _added(request, event, understood.slots, now):
            return redirect("events:detail", event.uuid)
    context = {
        "event": event,
        "lines_form": lines_form,
        "repeat_form": repeat_form,
        "understood": understood,
        "previews": [(span_of(one, event.zone), one.name) for one in (understood.slots if understood else ())],
        "misread": understood.misread[:MOST_MISREAD_SHOWN] if understood else (),
        "more_misread": max(0, len(understood.misread) - MOST_MISREAD_SHOWN) if understood else 0,
        "widens": any(slot.start < event.start or slot.end > event.end for slot in (understood.slots if understood else ())),
        "has_slots": event.slots.in_use().exists(),
        "has_whole_codes": event.codes.current().filter(slot=None).exists(),
        "most": MOST_AT_ONCE,
    }
    return render(request, "events/slots.html", context)


@require_POST
def daily(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One slot for each day of an event that lasts several, in the ``way`` that the person chose."""
    user, now = person(request), timezone.now()
    event = find(Event.objects.with_country(), user=user, uuid=uuid)
    require_editor(user, event)
    wanted = [slot for slot in proposals(event).get(request.POST.get("way", ""), []) if slot.end > now]
    if event.slots.in_use().exists() or not wanted:
        messages.warning(request, _("This event is divided into slots already, or lasts no longer than a day."))
    else:
        _added(request, event, wanted, now)
    return redirect("events:detail", event.uuid)


@require_safe
def slot(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user, now = person(request), timezone.now()
    found = find(Slot.objects.in_use().with_event(), user=user, uuid=uuid)
    context = codes_context(request, found.event, found, now=now)
    context |= {
        "event": found.event,
        "slot": found,
        "when": span_of(found, found.event.zone),
        "is_over": found.end <= now,
        "may_write": may_edit(user, found.event),
    }
    return render(request, "events/slot.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def slot_edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user = person(request)
    found = find(Slot.objects.in_use().with_event(), user=user, uuid=uuid)
    require_editor(user, found.event)
    with timezone.override(found.event.zone):
        form = SlotForm(request.POST or None, slot=found)
        if request.method == "POST" and form.is_valid():
            change_slot(found, **form.cleaned_data, by=user)
            messages.success(request, _("Saved."))
            return redirect("events:slot", found.uuid)
        return render(request, "events/slot_form.html", {"form": form, "event": found.event, "slot": found})


@require_http_methods(["GET", "HEAD", "POST"])
def slot_remove(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user = person(request)
    found = find(Slot.objects.in_use().with_event(), user=user, uuid=uuid)
    require_editor(user, found.event)
    if request.method == "POST":
        remove_slot(found, by=user, now=timezone.now())
        messages.success(request, _("The slot is removed, and its codes are out of use."))
        return redirect("events:detail", found.event.uuid)
    return render(
        request, "events/slot_remove.html", {"event": found.event, "slot": found, "when": span_of(found, found.event.zone)}
    )


def _understood(event: Event, lines: str, now: datetime) -> Understood:
    there = [SlotDetails(name=slot.name, start=slot.start, end=slot.end) for slot in event.slots.in_use()]
    return understand_slots(lines, zone=event.zone, now=now, there=there)


def _added(request: HttpRequest, event: Event, wanted: "tuple[SlotDetails, ...] | list[SlotDetails]", now: datetime) -> bool:
    number = len(wanted)
    if not number or not done(request, lambda: add_slots(event=event, slots=wanted, by=person(request), now=now)):
        return False
    said = ngettext("%(number)s slot is added, with its codes.", "%(number)s slots are added, each with its codes.", number)
    messages.success(request, said % {"number": number})
    return True


def _days_of(event: Event) -> dict[str, Any]:
    first, last = (moment.astimezone(event.zone).date() for moment in (event.start, event.end))
    return {"first_day": first, "last_day": last}
