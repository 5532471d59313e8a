"""A country's settings, group by group: the same forms as in the assistant."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clea_portal.accounts.person import person
from clea_portal.administration import countries
from clea_portal.administration.access import administered, administrators_only, sent
from clea_portal.administration.groups import GROUPS, groups_for
from clea_portal.administration.sections import tabs
from clea_portal.administration.summaries import summary
from clea_portal.authorities.models import Country

SECTION = "administration:settings"


@administrators_only
@require_safe
def settings(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    values = {field.name: getattr(country, field.name) for field in Country._meta.concrete_fields}
    context = {
        "country": country,
        "tabs": tabs(country, current=SECTION),
        "groups": [summary(group, values) for group in groups_for(issues_codes=country.issues_codes)],
    }
    return render(request, "administration/settings.html", context)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, code: str, group: str) -> HttpResponse:
    """What touches issued codes is shown first, and done when it is confirmed."""
    country = administered(request, code)
    if group not in GROUPS or GROUPS[group] not in groups_for(issues_codes=country.issues_codes):
        raise Http404
    here = GROUPS[group]
    form = here.form(sent(request)[0], country=country)
    consequences: list[str] = []
    if request.method == "POST" and form.is_valid():
        values: dict[str, Any] = form.answers()
        consequences = countries.consequences(country, values)
        if not consequences or request.POST.get("confirmed") == "yes":
            try:
                changed = countries.change_country(country=country, values=values, by=person(request))
            except countries.AlreadyThere:
                form.add_error(None, _("Another country has taken this host or prefix meanwhile."))
            else:
                messages.success(request, _("Saved.") if changed else _("Nothing was different."))
                return redirect(SECTION, country.code)
    context = {
        "country": country,
        "tabs": tabs(country, current=SECTION),
        "group": here,
        "form": form,
        "consequences": consequences if not form.errors else [],
    }
    return render(request, "administration/settings_change.html", context)
