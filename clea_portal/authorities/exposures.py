"""A server's exposure rules, when nobody knows the venue type: it stands in the part of a code that only the server reads."""

from dataclasses import dataclass

from clea_portal.authorities.models import ServerAuthority
from clea_portal.cluster_server.exposure import ExposureRule


@dataclass(frozen=True, kw_only=True)
class Rules:
    """``narrowest``: what every declared instant flags, whatever the venue type; ``widest``: what none goes beyond."""

    narrowest: ExposureRule
    widest: ExposureRule

    @property
    def differ(self) -> bool:
        return self.narrowest != self.widest


def rules(server: ServerAuthority) -> Rules:
    """One query, none where the exposures are prefetched."""
    pairs = [
        (server.slots_before, server.slots_after),
        *((each.slots_before, each.slots_after) for each in server.exposures.all()),
    ]
    before, after = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return Rules(
        narrowest=ExposureRule(server.slot_seconds, min(before), min(after)),
        widest=ExposureRule(server.slot_seconds, max(before), max(after)),
    )
