"""The codes that an event showed in a span of the recent past."""

from datetime import datetime

from django.db.models import Q

from clea_portal.codes.past import PastCode, each_once, ltid_of
from events.models import Event, EventCode, EventCodeKind


def codes_between(event: Event, start: datetime, end: datetime) -> list[PastCode]:
    """What counted between two moments, each LTId once, the earliest first. The entrance code stands for its invitation."""
    issued = event.codes.filter(
        Q(replaced_at__isnull=True) | Q(replaced_at__gt=start), created_at__lt=end, valid_from__lt=end, valid_until__gt=start
    )
    codes = issued.exclude(kind=EventCodeKind.STAFF).select_related("room").order_by("valid_from", "-kind", "pk")
    return sorted(each_once([_issued(code) for code in codes]), key=lambda code: (code.valid_from, code.key))


def _issued(code: EventCode) -> PastCode:
    return PastCode(
        key=f"code-{code.uuid}",
        room=code.room.name if code.room else "",
        valid_from=code.valid_from,
        valid_until=code.valid_until,
        ltid=ltid_of(code),
        make_link=lambda: code.deep_link,
    )
