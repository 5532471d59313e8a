"""What still needs a generation of SK_MCTA, asked of the apps that know (settings.TRACING_KEY_USES)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.module_loading import import_string

from clea_portal.authorities.models import Country, TracingKey

# For how long phones keep visits, and a visit can still become part of a cluster (CLEA protocol).
PROTOCOL_DAYS = 14
# A display that is without network goes on for three days at most.
DISPLAY_DAYS = 3


@dataclass(frozen=True, kw_only=True)
class Use:
    """``until``: when it is over by itself, None: when somebody does something. ``words``: how many of what, for a person.

    ``follows``: it goes over to the next generation by itself.
    """

    words: str
    count: int
    until: datetime | None = None
    follows: bool = False


# By generation (its id), of one country, whose generations come newest first. A constant number of queries.
Answer = Callable[[Country, Sequence[TracingKey], datetime], dict[int, list[Use]]]


def uses(country: Country, generations: Sequence[TracingKey], *, now: datetime) -> dict[int, list[Use]]:
    found: dict[int, list[Use]] = {key.pk: [] for key in generations}
    for path in settings.TRACING_KEY_USES:
        answer: Answer = import_string(path)
        for key, parts in answer(country, generations, now).items():
            found[key] += parts
    return found


def generation_at(generations: Sequence[TracingKey], moment: datetime) -> TracingKey | None:
    """The one that codes were made with at a moment, of generations that come newest first."""
    return next((key for key in generations if key.valid_from <= moment), None)


def after_its_end(country: Country) -> timedelta:
    """For how long after a code's end contact messages of it may come, and its row is kept."""
    return timedelta(days=max(PROTOCOL_DAYS, country.horizon_days, country.code_retention_days))


def unrecorded(country: Country) -> timedelta:
    """For how long after its last day a generation is kept for codes that no row tells of: displays, codes without an account.

    They are taken to be renewed as the country advises, and no more than that can be known.
    """
    return timedelta(days=max(DISPLAY_DAYS, country.renewal_days)) + after_its_end(country)
