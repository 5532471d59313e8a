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
from clea_portal.codes.shelf_life import state_of
from venues.codes import renew_code
from venues.finding import Found
from venues.forms import VenueForm
from venues.managing import archive_venue, bring_back_venue, change_venue, open_venue
from venues.models import Venue, VenueCode
from venues.overview import packed_until, parts_of


@require_safe
def venue_list(request: HttpRequest) -> HttpResponse:
    user, now = person(request), timezone.now()
    roles = roles_in_organisations(user)
    if not roles:
        return to_first_organisation(request)
    own = Venue.objects.of_member(user)
    archived = request.GET.get("show") == "archived"
    shown = (own.archived() if archived else own.in_use()).with_country().with_current_codes()
    page = Paginator(shown, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        {"venue": venue, "code": code, "state": code and state_of(code, country=venue.country, now=now)}
        for venue in page
        for code in [next(iter(venue.codes.all()), None)]
    ]
    counts = own.aggregate(in_use=Count("pk", filter=Q(archived_at=None)), archived=Count("pk", filter=~Q(archived_at=None)))
    context = {"page_obj": page, "rows": rows, "archived": archived, "counts": counts, "may_write": roles.intersection(WRITERS)}
    return render(request, "venues/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    user = person(request)
    organisations = organisations_to_write_for(user)
    if not organisations:
        return to_first_organisation(request)
    country = chosen_country(request, organisations)
    form = VenueForm(
        request.POST or None,
        country=country,
        organisations=[organisation for organisation in organisations if organisation.country == country],
        initial={"region": last_region(Venue.objects.of_member(user), country)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            organisation = form.cleaned_data["organisation"]
            venue = open_venue(by=user, organisation=organisation, details=form.details(), now=timezone.now())
        except NoKey:
            form.add_error(None, no_key_message())
        else:
            messages.success(request, _("The code is ready. Download the poster, print it and hang it at the entrance."))
            return redirect("venues:detail", venue.uuid)
    context = {"form": form, "country": country, "other_countries": other_countries(organisations, country)}
    return render(request, "venues/form.html", context)


@require_safe
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user, now = person(request), timezone.now()
    venue = find(Venue.objects.with_country(), user=user, uuid=uuid)
    may_write = may_edit(user, venue)
    whole, *rooms = parts_of(venue, now=now)
    context = {
        "venue": venue,
        "code": whole.static,
        "state": whole.state,
        "whole": whole,
        "rooms": rooms,
        "packed_until": packed_until(venue, None, now=now),
        "replaced": list(venue.codes.static().filter(room=None).replaced(now)),
        "edited": edited_since(whole.static) if whole.static else [],
        "facts": facts_of(venue, may_write=may_write),
        "may_write": may_write,
    }
    return render(request, "venues/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user = person(request)
    venue = find(Venue.objects.with_country(), user=user, uuid=uuid)
    require_editor(user, venue)
    form = VenueForm(request.POST or None, country=venue.country, place=venue)
    if request.method == "POST" and form.is_valid():
        change_venue(venue, by=user, details=form.details())
        messages.success(request, _("Saved."))
        return redirect("venues:detail", venue.uuid)
    return render(request, "venues/form.html", {"form": form, "venue": venue})


@require_POST
def archive(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user = person(request)
    venue = find(Venue.objects.all(), user=user, uuid=uuid)
    require_editor(user, venue)
    archive_venue(venue, by=user, now=timezone.now())
    messages.success(request, _("The venue is archived. You can bring it back within a year."))
    return redirect("venues:detail", venue.uuid)


@require_POST
def bring_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user = person(request)
    venue = find(Venue.objects.all(), user=user, uuid=uuid)
    require_editor(user, venue)
    bring_back_venue(venue, by=user)
    messages.success(request, _("The venue is back, with the same code."))
    return redirect("venues:detail", venue.uuid)


@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user = person(request)
    code = find(VenueCode.objects.static().with_venue(), user=user, uuid=uuid)
    require_editor(user, code.venue)
    if request.method == "POST":
        _renew(request, code)
    elif not code.is_current:
        messages.warning(request, already_renewed_message())
    elif code.venue.archived_at is not None:
        messages.warning(request, archived_message())
    else:
        return render(request, "venues/renew.html", {"venue": code.venue, "code": code, "back_url": _page_of(code)})
    return redirect(_page_of(code))


def _page_of(code: VenueCode) -> str:
    return Found(venue=code.venue, room=code.room).page


def _renew(request: HttpRequest, code: VenueCode) -> None:
    try:
        renew_code(code, by=person(request), now=timezone.now())
    except AlreadyRenewed:
        messages.warning(request, already_renewed_message())
    except Archived:
        messages.warning(request, archived_message())
    except NoKey:
        messages.error(request, no_key_message())
    else:
        messages.success(request, _("The new code is ready. Print the new poster, hang it, and take the old one down today."))
