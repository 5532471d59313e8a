from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clea_portal.accounts.person import person
from clea_portal.codes.access import find, require_editor
from clea_portal.codes.messages import already_renewed_message, archived_message
from events.codes import complete_codes, renew_codes, renew_left_behind, set_staff_codes
from events.messages import done, over_message
from events.models import Event, EventCode
from events.state import span_of


@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Renews a code and its siblings, of the whole event or one slot, in one room: they share one secret."""
    user = person(request)
    code = find(EventCode.objects.with_event(), user=user, uuid=uuid)
    require_editor(user, code.event)
    back_to = page_of(code)
    if request.method == "POST":
        if done(request, lambda: renew_codes(code, by=user, now=timezone.now())):
            messages.success(request, _("The new codes are ready. Print and send them in place of the old ones."))
    elif not code.is_current:
        messages.warning(request, already_renewed_message())
    elif code.event.archived_at is not None:
        messages.warning(request, archived_message())
    elif (code.slot or code.event).end <= timezone.now():
        messages.warning(request, over_message())
    else:
        when = span_of(code.slot, code.event.zone) if code.slot else ""
        context = {"event": code.event, "when": when, "room": code.room, "code": code, "back_url": back_to}
        return render(request, "events/renew.html", context)
    return redirect(back_to)


@require_http_methods(["GET", "HEAD", "POST"])
def renew_all(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Renews every code of the event that carries old details."""
    user = person(request)
    event = find(Event.objects.with_country(), user=user, uuid=uuid)
    require_editor(user, event)
    behind = event.codes.left_behind(timezone.now())
    if request.method == "POST":
        if done(request, lambda: renew_left_behind(event.pk, by=user, now=timezone.now())):
            messages.success(request, _("The new codes are ready. Print and send them in place of the old ones."))
    elif event.archived_at is not None:
        messages.warning(request, archived_message())
    elif number := behind.values("secret").distinct().count():
        return render(request, "events/renew_all.html", {"event": event, "number": number})
    else:
        messages.info(request, _("No code carries old details: there is nothing to renew."))
    return redirect("events:detail", event.uuid)


@require_POST
def complete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Makes the codes that the event has none of, after its last slot was removed."""
    user = person(request)
    event = find(Event.objects.all(), user=user, uuid=uuid)
    require_editor(user, event)
    if done(request, lambda: complete_codes(event.pk, by=user, now=timezone.now())):
        messages.success(request, _("The codes are ready."))
    return redirect("events:detail", event.uuid)


@require_POST
def staff(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Makes codes for staff (``wanted``), or takes them out of use."""
    user = person(request)
    event = find(Event.objects.all(), user=user, uuid=uuid)
    require_editor(user, event)
    wanted = "wanted" in request.POST
    if done(request, lambda: set_staff_codes(event.pk, wanted=wanted, by=user, now=timezone.now())):
        said = (
            _("The codes for staff are ready, on a sheet of their own.") if wanted else _("The codes for staff are out of use.")
        )
        messages.success(request, said)
    return redirect("events:detail", event.uuid)


def page_of(code: EventCode) -> str:
    """Where the code is shown: its slot's page or its event's, with its room chosen."""
    slot = code.slot if code.slot and code.slot.removed_at is None else None
    page = reverse("events:slot", args=[slot.uuid]) if slot else reverse("events:detail", args=[code.event.uuid])
    return f"{page}?room={code.room.uuid}" if code.room and code.room.removed_at is None else page
