from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clea_portal.accounts.person import person
from clea_portal.authorities.keys import NoKey
from clea_portal.codes.access import (
    WRITERS,
    find,
    may_edit,
    organisations_to_write_for,
    require_editor,
    roles_in_organisations,
    to_first_organisation,
)
from clea_portal.codes.entry import ROWS_PER_PAGE, chosen_country, last_region, other_countries
from clea_portal.codes.errors import AlreadyRenewed, Archived
from clea_portal.codes.facts import edited_since, facts_of
from clea_portal.codes.messages import already_renewed_message, archived_message, no_key_message
from events.codes import renew_codes
from events.errors import EventOver
from events.forms import EventForm
from events.models import Event, EventCode
from events.planning import archive_event, bring_back_event, change_event, plan_event
from events.state import deleted_on, state_of, times_of


@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    user, now = person(request), timezone.now()
    roles = roles_in_organisations(user)
    if not roles:
        return to_first_organisation(request)
    own = Event.objects.of_member(user)
    choices = {"upcoming": own.upcoming(now), "past": own.past(now), "archived": own.archived()}
    show = request.GET.get("show", "")
    shown = choices.get(show, choices["upcoming"]).with_country().at_a_glance(now)
    page = Paginator(shown, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        {"event": event, "state": state_of(event, has_codes=event.has_codes, left_behind=event.is_left_behind, now=now)}
        for event in page
    ]
    counts = own.aggregate(
        upcoming=Count("pk", filter=Q(archived_at=None, end__gt=now)),
        past=Count("pk", filter=Q(archived_at=None, end__lte=now)),
        archived=Count("pk", filter=~Q(archived_at=None)),
    )
    context = {
        "page_obj": page,
        "rows": rows,
        "show": show if show in choices else "upcoming",
        "counts": counts,
        "may_write": roles.intersection(WRITERS),
    }
    return render(request, "events/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    user = person(request)
    organisations = organisations_to_write_for(user)
    if not organisations:
        return to_first_organisation(request)
    country = chosen_country(request, organisations)
    time_zone = user.time_zone or country.time_zone
    with timezone.override(time_zone):
        form = EventForm(
            request.POST or None,
            country=country,
            organisations=[organisation for organisation in organisations if organisation.country == country],
            time_zone=time_zone,
            initial={"region": last_region(Event.objects.of_member(user), country)},
        )
        if request.method == "POST" and form.is_valid():
            try:
                event = plan_event(
                    by=user,
                    organisation=form.cleaned_data["organisation"],
                    details=form.details(),
                    schedule=form.schedule(),
                    now=timezone.now(),
                )
            except NoKey:
                form.add_error(None, no_key_message())
            else:
                messages.success(request, _("Both codes are ready: one for the entrance, one for the invitations."))
                return redirect("events:detail", event.uuid)
        context = {"form": form, "country": country, "other_countries": other_countries(organisations, country)}
        return render(request, "events/form.html", context)


@require_safe
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user, now = person(request), timezone.now()
    event = find(Event.objects.with_country(), user=user, uuid=uuid)
    may_write = may_edit(user, event)
    codes = list(event.codes.order_by("-created_at", "-kind"))
    current = [code for code in codes if code.is_current]
    context = {
        "event": event,
        "codes": current,
        "state": state_of(event, has_codes=bool(current), left_behind=any(code.edited_since for code in current), now=now),
        "is_over": event.end <= now,
        "deleted_on": deleted_on(event),
        "replaced": [code for code in codes if not code.is_current],
        "edited": edited_since(current[0]) if current else [],
        "facts": times_of(event) + facts_of(event, may_write=may_write),
        "may_write": may_write,
    }
    return render(request, "events/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user = person(request)
    event = find(Event.objects.with_country(), user=user, uuid=uuid)
    require_editor(user, event)
    with timezone.override(event.zone):
        form = EventForm(request.POST or None, country=event.country, place=event, time_zone=event.time_zone)
        if request.method == "POST" and form.is_valid():
            change_event(event, by=user, details=form.details(), schedule=form.schedule())
            messages.success(request, _("Saved."))
            return redirect("events:detail", event.uuid)
        return render(request, "events/form.html", {"form": form, "event": event})


@require_POST
def archive(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user = person(request)
    event = find(Event.objects.all(), user=user, uuid=uuid)
    require_editor(user, event)
    archive_event(event, by=user, now=timezone.now())
    messages.success(request, _("The event is archived. You can bring it back until it is deleted."))
    return redirect("events:detail", event.uuid)


@require_POST
def bring_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user = person(request)
    event = find(Event.objects.all(), user=user, uuid=uuid)
    require_editor(user, event)
    bring_back_event(event, by=user)
    messages.success(request, _("The event is back, with the same codes."))
    return redirect("events:detail", event.uuid)


@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Renews both codes of the event: they share one secret."""
    user = person(request)
    code = find(EventCode.objects.with_event(), user=user, uuid=uuid)
    require_editor(user, code.event)
    if request.method == "POST":
        _renew(request, code)
    elif not code.is_current:
        messages.warning(request, already_renewed_message())
    elif code.event.archived_at is not None:
        messages.warning(request, archived_message())
    elif code.event.end <= timezone.now():
        messages.warning(request, _over_message())
    else:
        return render(request, "events/renew.html", {"event": code.event, "code": code})
    return redirect("events:detail", code.event.uuid)


def _renew(request: HttpRequest, code: EventCode) -> None:
    try:
        renew_codes(code, by=person(request), now=timezone.now())
    except AlreadyRenewed:
        messages.warning(request, already_renewed_message())
    except Archived:
        messages.warning(request, archived_message())
    except EventOver:
        messages.warning(request, _over_message())
    except NoKey:
        messages.error(request, no_key_message())
    else:
        messages.success(request, _("Both new codes are ready. Print and send them in place of the old ones."))


def _over_message() -> str:
    return _("This event is over: its codes are no longer renewed.")
