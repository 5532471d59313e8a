"""How long a code is good for, and what to tell its manager."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from clea_portal.authorities.models import Country
from clea_portal.codes.models import IssuedCode


class CodeState(models.TextChoices):
    CURRENT = "current", _("In use")
    RENEWAL_ADVISED = "renewal_advised", _("Renewal advised")
    LEFT_BEHIND = "left_behind", _("Carries old details")
    REPLACED = "replaced", _("Replaced")


def renewal_advised_at(code: IssuedCode, *, country: Country) -> datetime:
    return code.created_at + timedelta(days=country.renewal_days)


def state_of(code: IssuedCode, *, country: Country, now: datetime) -> CodeState:
    """The most pressing thing to know of a code. Only codes without an end grow old: an event's code ends with the event."""
    if code.replaced_at is not None:
        return CodeState.REPLACED
    if code.edited_since:
        return CodeState.LEFT_BEHIND
    if code.valid_until is None and renewal_advised_at(code, country=country) <= now:
        return CodeState.RENEWAL_ADVISED
    return CodeState.CURRENT
