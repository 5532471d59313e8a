from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from clea_portal.accounts import demonstration
from clea_portal.accounts.roles import roles_of


def navigation(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame shows: the sections that this person uses, and the demonstration's notices."""
    user = getattr(request, "user", None)
    entries = []
    if user and user.is_authenticated:
        roles = roles_of(user)
        if roles.is_tracer:
            entries.append(("mct:case_list", _("Cases"), "cases"))
        else:
            entries += [("venues:list", _("Venues"), "venue"), ("events:list", _("Events"), "event")]
        if roles.is_staff and settings.ADMIN_ENABLED:
            entries.append(("admin:index", _("Administration"), "settings"))
    return {
        "navigation": [
            {"url": (url := reverse(name)), "label": label, "icon": icon, "current": request.path.startswith(url)}
            for name, label, icon in entries
        ],
        "version": settings.VERSION,
        "demonstration": settings.DEMONSTRATION,
        **(demonstration.notices(request) if settings.DEMONSTRATION else {}),
    }
