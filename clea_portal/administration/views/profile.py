"""Profiles of countries, to hand to neighbours and to take from them."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clea_portal.accounts.person import person
from clea_portal.administration import countries, servers
from clea_portal.administration.access import administered, administrators_only, country_makers_only, sent
from clea_portal.administration.fingerprints import grouped
from clea_portal.administration.profile_forms import ProfileForm
from clea_portal.administration.profile_import import propose, take_in
from clea_portal.administration.profile_reading import BadProfile, read_profile
from clea_portal.administration.profiles import canonical, fingerprint_of, profile_of
from clea_portal.administration.sections import tabs
from clea_portal.jobs.files import disposition

SECTION = "administration:profile"


@administrators_only
@require_safe
def profile(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    found = profile_of(country)
    context = {
        "country": country,
        "tabs": tabs(country, current=SECTION),
        "fingerprint": grouped(fingerprint_of(found)),
        "text": json.dumps(found, indent=2, ensure_ascii=False),
    }
    return render(request, "administration/profile.html", context)


@administrators_only
@require_safe
def download(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    name = f"clea-profile-{country.code}.json"
    headers = {"Content-Disposition": disposition(name), "Cache-Control": "private, no-store"}
    return HttpResponse(canonical(profile_of(country)), content_type="application/json", headers=headers)


@country_makers_only
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """A profile is sent, shown with what it would change, and taken in when it is sent again, confirmed."""
    form = ProfileForm(*sent(request))
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            proposal = propose(read_profile(form.cleaned_data["content"]), by=person(request))
            if request.POST.get("confirmed") == fingerprint_of(proposal.profile):
                country = take_in(proposal, by=person(request))
                messages.success(request, _("The profile of %(country)s is taken in.") % {"country": country.name})
                return redirect("administration:country", country.code)
        except BadProfile as bad:
            form.refuse(bad.sentences)
        except (countries.AlreadyThere, servers.Refused):
            form.refuse([_("Something has changed meanwhile. Send the profile again.")])
        else:
            context |= {
                "proposal": proposal,
                "fingerprint": grouped(fingerprint_of(proposal.profile)),
                "confirmed": fingerprint_of(proposal.profile),
                "text": canonical(proposal.profile).decode(),
            }
    return render(request, "administration/profile_import.html", context)
