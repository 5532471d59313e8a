from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clea_portal.accounts.person import person
from clea_portal.authorities.keys import NoKey
from clea_portal.codes.access import (
    find,
    may_edit,
    organisations_to_write_for,
    require_editor,
    to_first_organisation,
)
from clea_portal.codes.entry import chosen_country, last_region, other_countries
from clea_portal.codes.errors import AlreadyRenewed, Archived
from clea_portal.codes.facts import edited_since, facts_of
from clea_portal.codes.messages import already_renewed_message, archived_message, no_key_message
from venues.codes import renew_code
from venues.finding import Found
from venues.forms import VenueForm
from venues.managing import archive_venue, bring_back_venue, change_venue, open_venue
from venues.models import Venue, VenueCode
from venues.overview import packed_until, parts_of


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
        time_zone=user.time_zone or country.time_zone,
        initial={"region": last_region(Venue.objects.of_member(user), country)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            venue = open_venue(
                by=user,
                organisation=form.cleaned_data["organisation"],
                details=form.details(),
                time_zone=form.chosen_zone(),
                now=timezone.now(),
            )
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
    place = Found(venue=code.venue, room=code.room)
    if request.method == "POST":
        _renew(request, code)
    elif not code.is_current:
        messages.warning(request, already_renewed_message())
    elif code.venue.archived_at is not None:
        messages.warning(request, archived_message())
    else:
        return render(request, "venues/renew.html", {"venue": code.venue, "code": code, "place": place})
    return redirect(place.page)


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
