"""Pages that belong to no app: the front page and where each person starts."""

from django.apps import apps
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from clea_portal.accounts.models import User
from clea_portal.accounts.person import person
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
    lists = (name for model, name in settings.PLACES if _has_any(apps.get_model(model), person(request)))
    return redirect(next(lists, settings.PLACES[0][1]))


def _has_any(places: type[Model], user: User) -> bool:
    return bool(places._default_manager.of_member(user).filter(archived_at__isnull=True).exists())  # type: ignore[attr-defined]
