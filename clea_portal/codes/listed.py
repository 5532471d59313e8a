"""“Is my place listed?”: a manager's own comparison with the public list. What comes of it is shown, and kept nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from clea_portal.authorities.models import Country, ServerAuthority
from clea_portal.cluster_server.public_list import ClusterListClient, ClusterListError
from clea_portal.codes.past import PastCode
from clea_portal.protocol.ntp import from_ntp

# Somebody waits in front of the page.
SECONDS_A_FILE = 4


class ListSilent(Exception):
    """The public list could not be read now."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A span in which the public list shows a code of the place. ``risk``: 2.0 orange, 3.0 red (CLEA protocol, cluster list)."""

    room: str
    start: datetime
    end: datetime
    risk: float


def listings_of(codes: Sequence[PastCode], *, country: Country) -> list[Listing]:
    """What the country's public list shows of these codes, the latest first. Raises ListSilent.

    Only the files that could hold them are fetched, as a phone does.
    """
    if not codes:
        return []
    server = ServerAuthority.objects.filter(country=country).first()
    if server is None:
        raise ListSilent
    client = ClusterListClient(timeout=SECONDS_A_FILE, allow_private=settings.ALLOW_PRIVATE_CLUSTER_SERVERS)
    try:
        listed = client.fetch(server.list_url, ltids={code.ltid for code in codes})
    except ClusterListError as error:
        raise ListSilent from error
    found = [
        Listing(
            room=code.room, start=(start := from_ntp(item.start)), end=start + timedelta(seconds=item.duration), risk=item.risk
        )
        for code in codes
        for item in listed.get(code.ltid, ())
    ]
    return sorted(found, key=lambda listing: listing.start, reverse=True)
