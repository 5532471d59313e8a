"""The generations of a country's contact tracing key: what each is for today, and when it may be destroyed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from clea_portal.authorities.key_uses import Use, generation_at, unrecorded, uses
from clea_portal.authorities.models import Country, TracingKey


class GenerationState(models.TextChoices):
    PLANNED = "planned", _("planned")
    IN_USE = "in_use", _("in use")
    READS = "reads", _("still reads what was encrypted to it")
    DESTROYABLE = "destroyable", _("can be destroyed")
    DESTROYED = "destroyed", _("destroyed")


LOOKS = {
    GenerationState.PLANNED: ("info", "clock"),
    GenerationState.IN_USE: ("success", "check-circle"),
    GenerationState.READS: ("neutral", "eye"),
    GenerationState.DESTROYABLE: ("warning", "trash"),
    GenerationState.DESTROYED: ("neutral", "cross-circle"),
}


@dataclass(frozen=True, kw_only=True)
class Generation:
    """``replaced_at``: when the next one takes its place. ``uses``: what hangs on it.

    ``free_at``: from when on it can be destroyed, None while that depends on what people do, or nothing replaces it.
    """

    key: TracingKey
    state: GenerationState
    replaced_at: datetime | None
    free_at: datetime | None
    uses: list[Use] = field(default_factory=list)

    @property
    def groups(self) -> str:
        return grouped(self.key.fingerprint)

    @property
    def badge(self) -> dict[str, str]:
        tone, icon = LOOKS[self.state]
        return {"tone": tone, "icon": icon, "label": str(self.state.label)}

    @property
    def waits_for_people(self) -> list[Use]:
        return [use for use in self.uses if use.until is None and not use.follows]


def grouped(fingerprint: str) -> str:
    """In groups of four digits, as it is read out by telephone."""
    return " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))


def generations_of(country: Country, *, now: datetime) -> list[Generation]:
    """The newest first. Seven queries, however many there are, and no private key."""
    keys = list(TracingKey.objects.select_related("authority").defer("private_key").filter(authority__country=country))
    for key in keys:
        key.authority.country = country
    found = uses(country, keys, now=now)
    return [_generation(country, keys, number, found[key.pk], now) for number, key in enumerate(keys)]


def generation_of(key: TracingKey, *, now: datetime) -> Generation:
    return next(each for each in generations_of(key.authority.country, now=now) if each.key.pk == key.pk)


def _generation(country: Country, keys: Sequence[TracingKey], number: int, parts: list[Use], now: datetime) -> Generation:
    key = keys[number]
    replaced_at = keys[number - 1].valid_from if number else None
    if key.destroyed_at is not None:
        return Generation(key=key, state=GenerationState.DESTROYED, replaced_at=replaced_at, free_at=None)
    current = generation_at(keys, now)
    free_at = None
    if key.valid_from > now:
        state = GenerationState.PLANNED
    elif current is not None and key.pk == current.pk:
        state = GenerationState.IN_USE
    else:
        assert replaced_at is not None
        free_at = _free_at(country, replaced_at, parts)
        state = GenerationState.DESTROYABLE if free_at is not None and free_at <= now else GenerationState.READS
    return Generation(key=key, state=state, replaced_at=replaced_at, free_at=free_at, uses=parts)


def _free_at(country: Country, replaced_at: datetime, parts: list[Use]) -> datetime | None:
    """When the last code that used it is past its retention; codes that no row tells of, by the country's advice."""
    ends = [part.until for part in parts]
    return None if None in ends else max(end for end in [replaced_at + unrecorded(country), *ends] if end is not None)
