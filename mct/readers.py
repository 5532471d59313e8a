"""Who has looked at a case, as its leads see it beside what happened: from the audit trail, where every reading is noted."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max
from django.utils.translation import gettext as _

from clea_portal.accounts.models import User
from clea_portal.accounts.roles import roles_of
from clea_portal.audit.models import AuditEvent, AuditKind
from mct.models import Case

MOST = 50


@dataclass(frozen=True, kw_only=True)
class Reader:
    who: str
    times: int
    last: datetime


def readers_of(case: Case, *, by: User) -> list[Reader] | None:
    """Everybody who has opened the case or a register page of it, the last first; None for whoever does not lead its region.

    One query for a lead.
    """
    if case.region_id not in roles_of(by).led:
        return None
    events = AuditEvent.objects.filter(kind=AuditKind.READ, subject=case._meta.label_lower, subject_uuid=case.uuid).order_by()
    found = events.values_list("actor__email").annotate(times=Count("pk"), last=Max("at")).order_by("-last")[:MOST]
    return [Reader(who=email or _("somebody who has left"), times=times, last=last) for email, times, last in found]
