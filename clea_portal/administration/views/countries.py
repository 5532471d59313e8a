"""The countries that a person administers, and the first page of each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clea_portal.accounts.person import person
from clea_portal.administration.access import (
    administered,
    administered_countries,
    administrators_only,
    country_makers_only,
)
from clea_portal.administration.country_models import CountryDraft
from clea_portal.administration.readiness import steps
from clea_portal.administration.sections import tabs


@country_makers_only
@require_safe
def country_list(request: HttpRequest) -> HttpResponse:
    context = {
        "countries": administered_countries(request),
        "drafts": CountryDraft.objects.filter(owner=person(request)),
    }
    return render(request, "administration/countries.html", context)


@administrators_only
@require_safe
def country(request: HttpRequest, code: str) -> HttpResponse:
    found = administered(request, code)
    needed = steps(found, at=timezone.now())
    context = {
        "country": found,
        "tabs": tabs(found, current="administration:country"),
        "steps": needed,
        "is_ready": all(step.done for step in needed),
    }
    return render(request, "administration/country.html", context)
