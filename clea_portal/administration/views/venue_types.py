"""Types of place and their categories."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clea_portal.accounts.errors import Refused
from clea_portal.accounts.person import person
from clea_portal.administration.access import administered, administrators_only
from clea_portal.administration.sections import tabs
from clea_portal.administration.venue_type_exchange import Put, exported, put_venue_types, ready_made
from clea_portal.administration.venue_type_forms import JsonForm, LabelForm, NewCategoryForm, NewTypeForm, TypeForm
from clea_portal.administration.venue_type_preview import preview
from clea_portal.administration.venue_types import add_category, add_type, change_labels, move_type
from clea_portal.authorities.models import Country, VenueCategory, VenueType

_HERE = "administration:venue_types"


@administrators_only
@require_safe
def type_list(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    types = list(country.venue_types.order_by("position", "number"))
    categories = list(country.venue_categories.order_by("level", "number"))
    context = {
        "country": country,
        "tabs": tabs(country, current=_HERE),
        "types": types,
        "levels": [
            {"title": title, "categories": [row for row in categories if row.level == level]}
            for level, title in ((1, _("Category 1: capacity")), (2, _("Category 2: floor area")))
        ],
    }
    return render(request, "administration/venue_types.html", context)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def new_type(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    form = NewTypeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_type(country, by=person(request), **form.cleaned_data)
        except Refused as refusal:
            form.add_error("number", str(refusal))
        else:
            return _saved(request, code)
    return render(
        request, "administration/venue_type_form.html", {"form": form, "country": country, "title": _("New type of place")}
    )


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit_type(request: HttpRequest, code: str, number: int) -> HttpResponse:
    country = administered(request, code)
    row = _type(country, number)
    form = TypeForm(request.POST or None, initial={"letters": row.letters, "label_fr": row.label_fr, "label_en": row.label_en})
    if request.method == "POST" and form.is_valid():
        change_labels(row, by=person(request), **form.cleaned_data)
        return _saved(request, code)
    return render(request, "administration/venue_type_form.html", {"form": form, "country": country, "title": str(row)})


@administrators_only
@require_POST
def arrange_type(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """``act``: up, down, retire or offer."""
    row = _type(administered(request, code), number)
    match request.POST.get("act"):
        case "up":
            move_type(row, by=person(request), steps=-1)
        case "down":
            move_type(row, by=person(request), steps=1)
        case "retire":
            change_labels(row, by=person(request), retired=True)
            messages.success(request, _("Codes that carry it stay valid; new ones do not get it any more."))
        case "offer":
            change_labels(row, by=person(request), retired=False)
            messages.success(request, _("It is offered again."))
        case _:
            messages.error(request, _("Choose what to do with it."))
    return redirect(_HERE, code)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def new_category(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    form = NewCategoryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_category(country, by=person(request), **form.cleaned_data)
        except Refused as refusal:
            form.add_error("number", str(refusal))
        else:
            return _saved(request, code)
    return render(request, "administration/venue_type_form.html", {"form": form, "country": country, "title": _("New category")})


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit_category(request: HttpRequest, code: str, level: int, number: int) -> HttpResponse:
    country = administered(request, code)
    row = _category(country, level, number)
    form = LabelForm(request.POST or None, initial={"label_fr": row.label_fr, "label_en": row.label_en})
    if request.method == "POST" and form.is_valid():
        change_labels(row, by=person(request), **form.cleaned_data)
        return _saved(request, code)
    return render(request, "administration/venue_type_form.html", {"form": form, "country": country, "title": str(row)})


@administrators_only
@require_POST
def arrange_category(request: HttpRequest, code: str, level: int, number: int) -> HttpResponse:
    """``act``: retire or offer."""
    row = _category(administered(request, code), level, number)
    change_labels(row, by=person(request), retired=request.POST.get("act") == "retire")
    return _saved(request, code)


@administrators_only
@require_POST
def fill(request: HttpRequest, code: str) -> HttpResponse:
    """The list that was made for France, which other countries may start from."""
    _say(request, put_venue_types(administered(request, code), by=person(request), document=ready_made()))
    return redirect(_HERE, code)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def import_json(request: HttpRequest, code: str) -> HttpResponse:
    """First what would change, line by line; then, on the person's word, all of it."""
    country = administered(request, code)
    form, understood = JsonForm(request.POST or None, request.FILES or None), None
    if request.method == "POST" and form.is_valid():
        document = form.cleaned_data["document"]
        if "confirm" in request.POST:
            _say(request, put_venue_types(country, by=person(request), document=document))
            return redirect(_HERE, code)
        understood = preview(country, document)
        # What was uploaded is typed into the page, so that confirming needs no second upload.
        form = JsonForm(initial={"text": json.dumps(document, indent=1, ensure_ascii=False)})
    context = {"form": form, "country": country, "understood": understood}
    return render(request, "administration/venue_types_import.html", context)


@administrators_only
@require_safe
def export_json(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    response = JsonResponse(exported(country), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response.headers["Content-Disposition"] = f'attachment; filename="venue-types-{country.code}.json"'
    return response


def _type(country: Country, number: int) -> VenueType:
    return get_object_or_404(country.venue_types.all(), number=number)


def _category(country: Country, level: int, number: int) -> VenueCategory:
    return get_object_or_404(country.venue_categories.all(), level=level, number=number)


def _saved(request: HttpRequest, code: str) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect(_HERE, code)


def _say(request: HttpRequest, put: Put) -> None:
    said = [
        ngettext("%(number)s added", "%(number)s added", put.added) % {"number": put.added},
        ngettext("%(number)s changed", "%(number)s changed", put.changed) % {"number": put.changed},
    ]
    messages.success(request, f"{', '.join(said)}.")
