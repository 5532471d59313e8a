"""The regions of a country."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clea_portal.accounts.errors import Refused
from clea_portal.accounts.person import person
from clea_portal.administration.access import administered, administrators_only
from clea_portal.administration.region_forms import ListForm, NamedForm, RegionForm
from clea_portal.administration.region_list import understand
from clea_portal.administration.regions import (
    Put,
    add_departments,
    add_region,
    put_regions,
    remove_region,
    rename_region,
)
from clea_portal.administration.sections import tabs
from clea_portal.authorities.france import DEPARTMENTS
from clea_portal.authorities.models import Country, Region

_HERE = "administration:regions"


@administrators_only
@require_safe
def region_list(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    working = Count("teams", filter=Q(teams__archived_at__isnull=True))
    regions = list(country.regions.annotate(team_count=working).order_by("number"))
    known = {region.number for region in regions}
    departments = [number for number, _name in DEPARTMENTS if number not in known] if country.code == "FR" else []
    context = {
        "country": country,
        "tabs": tabs(country, current=_HERE),
        "regions": regions,
        "departments": len(departments),
        "is_france": country.code == "FR",
    }
    return render(request, "administration/regions.html", context)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    form = RegionForm(request.POST or None, country=country)
    if request.method == "POST" and form.is_valid():
        try:
            region = add_region(country, by=person(request), **form.cleaned_data)
        except Refused as refusal:
            form.add_error("number", str(refusal))
        else:
            messages.success(request, _("The region “%(region)s” is there.") % {"region": region})
            return redirect(_HERE, code)
    return render(request, "administration/region_form.html", {"form": form, "country": country, "region": None})


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: str, number: int) -> HttpResponse:
    country = administered(request, code)
    region = _region(country, number)
    form = NamedForm(request.POST or None, initial={"name": region.name})
    if request.method == "POST" and form.is_valid():
        rename_region(region, by=person(request), name=form.cleaned_data["name"])
        messages.success(request, _("Saved."))
        return redirect(_HERE, code)
    return render(request, "administration/region_form.html", {"form": form, "country": country, "region": region})


@administrators_only
@require_POST
def remove(request: HttpRequest, code: str, number: int) -> HttpResponse:
    region = _region(administered(request, code), number)
    try:
        remove_region(region, by=person(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The region is removed."))
    return redirect(_HERE, code)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: HttpRequest, code: str) -> HttpResponse:
    """First what was understood, line by line; then, on the person's word, all of it."""
    country = administered(request, code)
    form, understood = ListForm(request.POST or None, request.FILES or None), None
    if request.method == "POST" and form.is_valid():
        understood = understand(form.cleaned_data["list"], country=country)
        if understood.is_complete and "confirm" in request.POST:
            _say(request, put_regions(country, by=person(request), rows=understood.names))
            return redirect(_HERE, code)
        # What was uploaded is typed into the page, so that confirming needs no second upload.
        form = ListForm(initial={"text": form.cleaned_data["list"]})
    context = {"form": form, "country": country, "understood": understood}
    return render(request, "administration/regions_import.html", context)


@administrators_only
@require_POST
def fill(request: HttpRequest, code: str) -> HttpResponse:
    """France's departments, in one press."""
    country = administered(request, code)
    if country.code != "FR":
        messages.error(request, _("Ready-made regions are there for France only. Import a list."))
    else:
        _say(request, add_departments(country, by=person(request)))
    return redirect(_HERE, code)


def _region(country: Country, number: int) -> Region:
    return get_object_or_404(country.regions.all(), number=number)


def _say(request: HttpRequest, put: Put) -> None:
    said = [
        ngettext("%(number)s region added", "%(number)s regions added", put.added) % {"number": put.added},
        ngettext("%(number)s renamed", "%(number)s renamed", put.renamed) % {"number": put.renamed},
    ]
    messages.success(request, f"{', '.join(said)}.")
