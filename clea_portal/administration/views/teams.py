"""The teams of a country."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clea_portal.accounts.enums import StaffRole, TeamRole
from clea_portal.accounts.errors import Refused
from clea_portal.accounts.models import StaffInvitation
from clea_portal.accounts.person import person
from clea_portal.administration.access import administered, administrators_only
from clea_portal.administration.sections import tabs
from clea_portal.administration.staff_forms import TeamForm
from clea_portal.administration.teams import add_team, archive_team, change_team, open_cases_of, restore_team
from clea_portal.authorities.models import Country, Team

_HERE = "administration:teams"


@administrators_only
@require_safe
def team_list(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    active = Q(memberships__suspended_at__isnull=True, memberships__isnull=False)
    teams = (
        Team.objects.filter(region__country=country)
        .select_related("region")
        .annotate(
            agents=Count("memberships", filter=active & Q(memberships__role=TeamRole.AGENT)),
            leads=Count("memberships", filter=active & Q(memberships__role=TeamRole.LEAD)),
        )
        .order_by("region__number", "name")
    )
    archived = [team for team in teams if team.archived_at]
    context = {
        "country": country,
        "tabs": tabs(country, current=_HERE),
        "teams": [team for team in teams if team.archived_at is None],
        "archived": archived,
        "has_regions": country.regions.exists(),
    }
    return render(request, "administration/teams.html", context)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    form = TeamForm(request.POST or None, country=country)
    if request.method == "POST" and form.is_valid():
        try:
            team = add_team(form.cleaned_data["region"], by=person(request), name=form.cleaned_data["name"])
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("The team is there. Invite its people."))
            return redirect("administration:team", code, team.uuid)
    return render(request, "administration/team_form.html", {"form": form, "country": country, "team": None})


@administrators_only
@require_safe
def detail(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    country = administered(request, code)
    team = _team(country, uuid)
    invitations = StaffInvitation.objects.filter(team=team, expires_at__gt=timezone.now()).select_related("invited_by")
    context = {
        "country": country,
        "team": team,
        "members": [
            {"user": row.user, "role": TeamRole(row.role), "is_suspended": row.suspended_at is not None}
            for row in team.memberships.select_related("user").order_by("user__email")
        ],
        "invitations": [{"invitation": row, "role": StaffRole(row.role)} for row in invitations],
        "open_cases": open_cases_of(team),
    }
    return render(request, "administration/team.html", context)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    """Its name, and the region that it works for."""
    country = administered(request, code)
    team = _team(country, uuid)
    initial = {"name": team.name, "region": team.region.number}
    form = TeamForm(request.POST or None, country=country, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_team(team, by=person(request), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("administration:team", code, uuid)
    return render(request, "administration/team_form.html", {"form": form, "country": country, "team": _team(country, uuid)})


@administrators_only
@require_POST
def archive(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    team = _team(administered(request, code), uuid)
    try:
        archive_team(team, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The team is archived: it opens no case to anybody."))
    return redirect("administration:team", code, uuid)


@administrators_only
@require_POST
def restore(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    team = _team(administered(request, code), uuid)
    try:
        restore_team(team, by=person(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The team works again, with the members that it had."))
    return redirect("administration:team", code, uuid)


def _team(country: Country, uuid: UUID) -> Team:
    return get_object_or_404(Team.objects.filter(region__country=country).select_related("region__country"), uuid=uuid)
