"""The people of a country's authority."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from clea_portal.accounts.enums import StaffRole, TeamRole
from clea_portal.accounts.errors import Gone, Refused
from clea_portal.accounts.mails import address_of, send_to
from clea_portal.accounts.models import Administration, TeamMembership, User
from clea_portal.accounts.person import person
from clea_portal.accounts.session_listing import end_session, end_sessions, factors_of, sessions_of
from clea_portal.administration.access import administered, administrators_only
from clea_portal.administration.changes import note_act
from clea_portal.administration.people import ADMINISTRATORS, SUSPENDED, WITHOUT_FACTOR, colleagues, selected
from clea_portal.administration.sections import tabs
from clea_portal.administration.staff import (
    Access,
    access_of,
    change_team_role,
    lift_suspension,
    people_of,
    remove_administrator,
    remove_from_team,
    reset_second_factor,
    suspend,
)
from clea_portal.administration.staff_forms import TeamRoleForm
from clea_portal.authorities.models import Country

ON_A_PAGE = 50
QUERY_LIMIT = 100
_HERE = "administration:people"


@administrators_only
@require_safe
def people(request: HttpRequest, code: str) -> HttpResponse:
    country = administered(request, code)
    query, which = request.GET.get("q", "").strip()[:QUERY_LIMIT], request.GET.get("show", "")
    page = Paginator(selected(country, query=query, which=which), ON_A_PAGE).get_page(request.GET.get("page"))
    invitations = country.staff_invitations.filter(expires_at__gt=timezone.now()).select_related("team__region")
    context = {
        "country": country,
        "tabs": tabs(country, current=_HERE),
        "page_obj": page,
        "rows": colleagues(list(page.object_list), country=country),
        "query": query,
        "which": which,
        "filters": [
            {"value": "", "label": _("Everybody")},
            {"value": ADMINISTRATORS, "label": _("Administrators")},
            {"value": SUSPENDED, "label": _("Suspended")},
            {"value": WITHOUT_FACTOR, "label": _("Without second factor")},
        ],
        "limit": QUERY_LIMIT,
        "invitations": [{"invitation": row, "role": StaffRole(row.role)} for row in invitations],
    }
    return render(request, "administration/people.html", context)


@administrators_only
@require_safe
def detail(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    country = administered(request, code)
    user = _colleague(country, uuid)
    access = access_of(user, country)
    seats = [_seat(row) for row in access]
    context = {
        "country": country,
        "colleague": user,
        "seats": seats,
        "suspended": next((row for row in access if row.suspended_at), None),
        "factors": factors_of([user]).get(user.pk, []),
        "sessions": sessions_of(user, now=timezone.now(), current=request.session.session_key),
        "is_oneself": user == request.user,
    }
    return render(request, "administration/colleague.html", context)


@administrators_only
@require_POST
def change_role(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    """``team``: in which; ``role``: which from now on."""
    country = administered(request, code)
    user = _colleague(country, uuid)
    form = TeamRoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the roles."))
        return redirect("administration:colleague", code, uuid)
    try:
        change_team_role(_membership(request, country, user), by=person(request), role=form.cleaned_data["role"])
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect("administration:colleague", code, uuid)


@administrators_only
@require_POST
def remove(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    """``team``: out of which; none: as an administrator."""
    country = administered(request, code)
    user = _colleague(country, uuid)
    try:
        if request.POST.get("team"):
            remove_from_team(_membership(request, country, user), by=person(request))
        else:
            rows = Administration.objects.filter(country=country).select_related("country", "user")
            remove_administrator(get_object_or_404(rows, user=user), by=person(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The role is taken away. What it opened is closed from now on."))
    if people_of(country).filter(pk=user.pk).exists():
        return redirect("administration:colleague", code, uuid)
    return redirect(_HERE, code)


@administrators_only
@require_POST
def suspend_access(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    country = administered(request, code)
    user = _colleague(country, uuid)
    try:
        suspend(user, country=country, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        send_to(user, "access_suspended", country=country, by=person(request), days=None)
        messages.success(request, _("Suspended: pages and programs of this person open nothing of the authority any more."))
    return redirect("administration:colleague", code, uuid)


@administrators_only
@require_POST
def lift(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    country = administered(request, code)
    user = _colleague(country, uuid)
    try:
        lift_suspension(user, country=country, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        send_to(user, "access_restored", country=country, by=person(request), url=address_of("start"))
        messages.success(request, _("The suspension is lifted."))
    return redirect("administration:colleague", code, uuid)


@administrators_only
@require_POST
def reset_factor(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    user = _colleague(administered(request, code), uuid)
    try:
        reset_second_factor(user, by=person(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        send_to(user, "second_factor_reset", by=person(request), url=address_of("start"))
        messages.success(request, _("The second factor is reset, and every session is ended. The person was told by e-mail."))
    return redirect("administration:colleague", code, uuid)


@administrators_only
@require_POST
def end(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    """``session``: which; none: all of them."""
    country = administered(request, code)
    user = _colleague(country, uuid)
    reference = request.POST.get("session", "")
    ended = int(end_session(user, reference=reference)) if reference else end_sessions(user, but=request.session.session_key)
    if ended:
        note_act(actor=person(request), verb="sessions_ended", on=user, country=country, sessions=ended)
        said = ngettext("%(number)s session is ended.", "%(number)s sessions are ended.", ended) % {"number": ended}
        messages.success(request, said)
    else:
        messages.error(request, str(Gone()))
    return redirect("administration:colleague", code, uuid)


def _seat(row: Access) -> dict[str, Any]:
    if isinstance(row, Administration):
        return {"pk": row.pk, "team": None}
    form = TeamRoleForm(initial={"role": row.role}, auto_id=f"id_%s_{row.pk}")
    return {"pk": row.pk, "team": row.team, "role": TeamRole(row.role).label, "form": form}


def _colleague(country: Country, uuid: UUID) -> User:
    return get_object_or_404(people_of(country), uuid=uuid)


def _membership(request: HttpRequest, country: Country, user: User) -> TeamMembership:
    rows = TeamMembership.objects.of_country(country).filter(user=user).select_related("team", "user")
    number = request.POST.get("team", "")
    return get_object_or_404(rows, pk=int(number) if number.isascii() and number.isdigit() and len(number) < 18 else 0)
