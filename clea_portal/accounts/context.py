from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from clea_portal.accounts import demonstration
from clea_portal.accounts.roles import roles_of


def navigation(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame shows: the sections that this person uses, and the demonstration's notices."""
    return {
        "navigation": partial(_sections, request),  # called by templates that show it only
        "version": settings.VERSION,
        "demonstration": settings.DEMONSTRATION,
        **(demonstration.notices(request) if settings.DEMONSTRATION else {}),
    }


def _sections(request: HttpRequest) -> list[dict[str, Any]]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    roles = roles_of(user)
    sections = [("mct:case_list", _("Cases"), "cases")] if roles.is_tracer else []
    if not roles.needs_second_factor:
        sections += [("venues:list", _("Venues"), "venue"), ("events:list", _("Events"), "event")]
    if roles.is_staff and settings.ADMIN_ENABLED:
        sections.append(("admin:index", _("Administration"), "settings"))
    return [
        {"url": (url := reverse(name)), "label": label, "icon": icon, "current": request.path.startswith(url)}
        for name, label, icon in sections
    ]
