from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clea_portal.accounts.models import Membership
from clea_portal.accounts.person import person
from clea_portal.authorities.keys import NoKey
from clea_portal.codes.access import (
    WRITERS,
    find,
    may_edit,
    organisations_to_write_for,
    require_editor,
    to_first_organisation,
)
from clea_portal.codes.entry import ROWS_PER_PAGE, chosen_country, last_region, other_countries, zone_sent
from clea_portal.codes.facts import facts_of
from clea_portal.codes.messages import no_key_message
from clea_portal.codes.searching import QUERY_LIMIT, matching
from events.duplicating import duplicate_event
from events.errors import EventOver
from events.forms import EventForm
from events.models import Event
from events.pages import codes_context, slot_page, slot_rows, ways_of
from events.planning import archive_event, bring_back_event, change_event, plan_event
from events.slot_forms import DuplicateForm
from events.state import deleted_on, span_of, state_of, times_of
from events.timing import EventTooLong, fits_one_period


@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    user, now = person(request), timezone.now()
    roles = list(Membership.objects.filter(user=user).values_list("role", flat=True))
    if not roles:
        return to_first_organisation(request)
    query = request.GET.get("q", "").strip()[:QUERY_LIMIT]
    own = matching(Event.objects.of_member(user), query)
    choices = {"upcoming": own.upcoming(now), "past": own.past(now), "archived": own.archived()}
    show = request.GET.get("show", "")
    shown = choices.get(show, choices["upcoming"]).with_country().at_a_glance(now)
    page = Paginator(shown, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "event": event,
            "when": span_of(event, event.zone),
            "state": state_of(event, has_codes=event.has_codes, left_behind=event.is_left_behind, now=now),
        }
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
        "query": query,
        "query_limit": QUERY_LIMIT,
        "may_write": any(role in WRITERS for role in roles),
        "has_several": len(roles) > 1,
    }
    return render(request, "events/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    user = person(request)
    organisations = organisations_to_write_for(user)
    if not organisations:
        return to_first_organisation(request)
    country = chosen_country(request, organisations)
    time_zone = zone_sent(request, country, otherwise=user.time_zone or country.time_zone)
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
                return _made(request, event)
        context = {"form": form, "country": country, "other_countries": other_countries(organisations, country)}
        return render(request, "events/form.html", context)


def _made(request: HttpRequest, event: Event) -> HttpResponse:
    if fits_one_period(start=event.start, end=event.end):
        messages.success(request, _("Both codes are ready: one for the entrance, one for the invitations."))
        return redirect("events:detail", event.uuid)
    messages.info(request, _("The event is made. It is too long for one code: say which slots it has, and each gets its own."))
    return redirect("events:slots", event.uuid)


@require_safe
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user, now = person(request), timezone.now()
    event = find(Event.objects.with_country(), user=user, uuid=uuid)
    may_write = may_edit(user, event)
    page = slot_page(request, event, now=now)
    rows = slot_rows(event, list(page), now=now)
    context = codes_context(request, event, None, now=now)
    if rows:
        behind = event.codes.left_behind(now).exists()
        context["state"] = state_of(event, has_codes=event.codes.current().exists(), left_behind=behind, now=now)
    context |= {
        "event": event,
        "page_obj": page,
        "rows": rows,
        "ways": [] if rows or event.end <= now else ways_of(event),
        "is_too_long": not fits_one_period(start=event.start, end=event.end),
        "is_over": event.end <= now,
        "deleted_on": deleted_on(event),
        "facts": times_of(event) + facts_of(event, may_write=may_write),
        "may_write": may_write,
    }
    return render(request, "events/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user = person(request)
    event = find(Event.objects.with_country(), user=user, uuid=uuid)
    require_editor(user, event)
    time_zone = zone_sent(request, event.country, otherwise=event.time_zone)
    with timezone.override(time_zone):
        form = EventForm(request.POST or None, country=event.country, place=event, time_zone=time_zone)
        if request.method == "POST" and form.is_valid():
            change_event(event, by=user, details=form.details(), schedule=form.schedule())
            messages.success(request, _("Saved."))
            return redirect("events:detail", event.uuid)
        return render(request, "events/form.html", {"form": form, "event": event})


@require_http_methods(["GET", "HEAD", "POST"])
def duplicate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user = person(request)
    event = find(Event.objects.with_country(), user=user, uuid=uuid)
    require_editor(user, event)
    form = DuplicateForm(request.POST or None, event=event)
    if request.method == "POST" and form.is_valid():
        try:
            copy = duplicate_event(event, **form.cleaned_data, by=user, now=timezone.now())
        except EventOver:
            form.add_error("first_day", _("On this day the event would already be over."))
        except EventTooLong:
            form.add_error("first_day", _("The clocks change then, and a slot would be too long for one code: shorten it first."))
        except NoKey:
            form.add_error(None, no_key_message())
        else:
            messages.success(request, _("The event is duplicated. Its codes are new: look at its times, then print them."))
            return redirect("events:detail", copy.uuid)
    slot_count = event.slots.in_use().count()
    return render(request, "events/duplicate.html", {"form": form, "event": event, "slot_count": slot_count})


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
