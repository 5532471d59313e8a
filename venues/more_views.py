"""Less frequent acts on one venue: making another one like it, and switching its reminders."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clea_portal.accounts.person import person
from clea_portal.authorities.keys import NoKey
from clea_portal.codes.access import find, organisations_to_write_for, require_editor
from clea_portal.codes.messages import no_key_message
from clea_portal.codes.models import NAME_LIMIT
from venues.forms import VenueForm
from venues.managing import duplicate_venue
from venues.models import Venue
from venues.reminders import set_reminders


@require_http_methods(["GET", "HEAD", "POST"])
def duplicate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The form of a new venue, filled in with what this one says."""
    user = person(request)
    venue = find(Venue.objects.with_country(), user=user, uuid=uuid)
    require_editor(user, venue)
    country = venue.country
    organisations = [one for one in organisations_to_write_for(user) if one.country == country]
    like_this = VenueForm(country=country, place=venue).initial
    name = _("%(name)s (copy)") % {"name": venue.name}
    initial = {**like_this, "organisation": venue.organisation, "name": name[:NAME_LIMIT]}
    form = VenueForm(request.POST or None, country=country, organisations=organisations, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = duplicate_venue(
                venue, by=user, organisation=form.cleaned_data["organisation"], details=form.details(), now=timezone.now()
            )
        except NoKey:
            form.add_error(None, no_key_message())
        else:
            messages.success(
                request, _("The new venue is ready, with rooms and tables like the other one, and codes of its own.")
            )
            return redirect("venues:detail", made.uuid)
    return render(request, "venues/duplicate.html", {"form": form, "venue": venue})


@require_POST
def reminders(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user = person(request)
    venue = find(Venue.objects.all(), user=user, uuid=uuid)
    require_editor(user, venue)
    wanted = request.POST.get("wanted") == "yes"
    set_reminders(venue, wanted=wanted, by=user)
    if wanted:
        messages.success(request, _("You and your colleagues get a mail when this code should be renewed."))
    else:
        messages.success(request, _("No more mails about renewing this code."))
    return redirect("venues:detail", venue.uuid)
