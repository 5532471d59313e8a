"""Pages that belong to no app: the front page and where each person starts."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from clea_portal.accounts.roles import roles_of


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html")


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Where a person lands after signing in."""
    roles = roles_of(request.user)
    if roles.is_tracer:
        return redirect("mct:case_list")
    if roles.administers:
        return redirect("administration:countries")
    if roles.is_staff:
        return redirect("administration:countries")
    return redirect("venues:list")
