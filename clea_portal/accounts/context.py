from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clea_portal.accounts import demonstration
from clea_portal.accounts.deletions import organisations_left_without_owner
from clea_portal.accounts.models import Deletion
from clea_portal.accounts.roles import roles_of


def navigation(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame shows: the sections that this person uses, and the demonstration's notices."""
    return {
        # Called by templates that show them only.
        "navigation": partial(_sections, request),
        "deletions": partial(_deletions, request),
        "version": settings.VERSION,
        "demonstration": settings.DEMONSTRATION,
        **(demonstration.notices(request) if settings.DEMONSTRATION else {}),
    }


# Pages of a section whose addresses begin otherwise.
_ELSEWHERE = {"displays": "venues:list", "devices": "venues:list"}


def _deletions(request: HttpRequest) -> list[Deletion]:
    """What is going to be deleted of the person's; one that has waited beyond its day waits for a new owner."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    deletions = list(Deletion.objects.concerning(user).with_stoppable(user).select_related("organisation"))
    for deletion in deletions:
        overdue = deletion.organisation is None and deletion.due_at <= timezone.now()
        deletion.waits = overdue and bool(organisations_left_without_owner(user))  # type: ignore[attr-defined]
    return deletions


def _sections(request: HttpRequest) -> list[dict[str, Any]]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    roles = roles_of(user)
    sections = []
    if roles.is_tracer:
        sections += [("mct:case_list", _("Cases"), "cases"), ("contact_messages:list", _("Contact messages"), "call")]
    if roles.authorises:
        sections.append(("authorising:list", _("Uploads"), "phone"))
    if roles.oversees and not roles.is_tracer:
        sections.append(("figures:figures", _("Figures"), "list"))
    if not roles.needs_second_factor:
        sections += [("venues:list", _("Venues"), "venue"), ("events:list", _("Events"), "event")]
    if roles.administers or roles.is_staff:
        sections.append(("administration:countries", _("Authorities"), "settings"))
    if roles.is_staff and settings.ADMIN_ENABLED:
        sections.append(("admin:index", _("Administration"), "list"))
    space = request.resolver_match.namespace if request.resolver_match else ""
    return [
        {
            "url": (url := reverse(name)),
            "label": label,
            "icon": icon,
            "current": request.path.startswith(url) or _ELSEWHERE.get(space) == name,
        }
        for name, label, icon in sections
    ]
