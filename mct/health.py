from datetime import timedelta
from typing import Any

from django.utils import timezone

from mct.enums import DeclarationState
from mct.models import Declaration

LATE = timedelta(minutes=15)


def oldest_unsent_declaration() -> dict[str, Any]:
    """Seconds since the oldest declaration that could have left has been waiting; not ok from 15 minutes on."""
    now = timezone.now()
    states = [DeclarationState.HELD, DeclarationState.READY, DeclarationState.SENDING]
    oldest = Declaration.objects.filter(state__in=states, hold_until__lte=now).order_by("hold_until").first()
    waiting = now - oldest.hold_until if oldest else timedelta()
    return {"ok": waiting < LATE, "seconds": round(waiting.total_seconds())}
