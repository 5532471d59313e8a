"""What a country still lacks before it can do its work."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clea_portal.authorities.models import Country, Region, ServerAuthority, ServerKey, Team, TracingKey


@dataclass(frozen=True, kw_only=True)
class Step:
    """``label``: what has to be there; ``missing``: what to do while it is not."""

    label: str | Promise
    missing: str | Promise
    done: bool


def steps(country: Country, *, at: datetime) -> list[Step]:
    """What the country needs, in the order in which it is set up; at ``at``, since keys begin at a date. Five queries at most."""
    valid = Q(authority__country=country, valid_from__lte=at)
    found = [
        Step(
            label=_("Cluster server"),
            missing=_("Enter the address of the cluster server and of its public list."),
            done=ServerAuthority.objects.filter(country=country).exists(),
        )
    ]
    if not country.issues_codes:
        return found
    found.append(
        Step(
            label=_("Public key of the server authority"),
            missing=_("Enter PK_SA: without it, no code can be made."),
            done=ServerKey.objects.filter(valid).exists(),
        )
    )
    if not country.has_tracing:
        return found
    return [
        *found,
        Step(
            label=_("Key pair of contact tracing"),
            missing=_("Make the key pair that contact messages are encrypted to."),
            done=TracingKey.objects.filter(valid).exists(),
        ),
        Step(
            label=_("Regions"),
            missing=_("Enter the regions: a contact message names one."),
            done=Region.objects.filter(country=country).exists(),
        ),
        Step(
            label=_("Teams"),
            missing=_("Make a team and invite its agents."),
            done=Team.objects.filter(region__country=country, memberships__isnull=False).exists(),
        ),
    ]
