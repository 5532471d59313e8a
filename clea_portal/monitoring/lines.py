"""What the health of the portal is made of: lines for people, each with the numbers that programs read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clea_portal.monitoring.models import Sign
from clea_portal.monitoring.signs import all_signs


class Light(StrEnum):
    """``STARTING``: not seen yet, and not due yet either. No alarm."""

    GREEN = "green"
    STARTING = "starting"
    AMBER = "amber"
    RED = "red"


_ORDER = list(Light)
_SEVERITY = {Light.GREEN: 0, Light.STARTING: 0, Light.AMBER: 1, Light.RED: 2}


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A number for programs. ``name`` begins with clea_; ``about``: what it is, with its unit."""

    name: str
    about: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Line:
    """``says``: how it is, in words; ``advice``: what to do about it, "" where nothing is to be done."""

    key: str
    label: str | Promise
    light: Light
    says: str
    advice: str = ""
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Group:
    label: str | Promise
    lines: list[Line]


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What every check is given, so that it is asked for once."""

    now: datetime
    signs: Mapping[str, Sign]


def groups(*, now: datetime) -> list[Group]:
    """Everything that settings.HEALTH_CHECKS say, now. As many queries whatever the tables hold."""
    moment = Moment(now=now, signs=all_signs())
    found: list[Group] = [import_string(path)(moment) for path in settings.HEALTH_CHECKS]
    return [group for group in found if group.lines]


def worst(lines: Iterable[Line]) -> Light:
    return max((line.light for line in lines), key=_ORDER.index, default=Light.GREEN)


def severity(light: Light) -> int:
    """0 for green and for what is only starting, 1 for amber, 2 for red."""
    return _SEVERITY[light]


def light_of(age: timedelta | None, *, amber: timedelta, red: timedelta) -> Light:
    """By how long something has waited, or not been seen; None: it does not wait."""
    if age is None or age < amber:
        return Light.GREEN
    return Light.RED if age >= red else Light.AMBER


def spoken(age: timedelta) -> str:
    """A length of time in its largest whole unit: "3 hours"."""
    seconds = max(0, int(age.total_seconds()))
    for size in (86400, 3600, 60, 1):
        if seconds >= size or size == 1:
            count = seconds // size
            break
    match size:
        case 86400:
            words = ngettext("%(count)s day", "%(count)s days", count)
        case 3600:
            words = ngettext("%(count)s hour", "%(count)s hours", count)
        case 60:
            words = ngettext("%(count)s minute", "%(count)s minutes", count)
        case _:
            words = ngettext("%(count)s second", "%(count)s seconds", count)
    return words % {"count": count}


def queue_line(
    *,
    key: str,
    label: str | Promise,
    count: int,
    oldest: datetime | None,
    now: datetime,
    amber: timedelta,
    red: timedelta,
    advice: str,
) -> Line:
    """One of things that wait for a worker: how many, and since when the first one."""
    age = now - oldest if oldest is not None and count else None
    light = light_of(age, amber=amber, red=red)
    if age is None:
        says = _("Nothing waits.")
    else:
        says = ngettext("%(count)s waits, for %(age)s.", "%(count)s wait, the first one for %(age)s.", count) % {
            "count": count,
            "age": spoken(age),
        }
    return Line(
        key=key,
        label=label,
        light=light,
        says=says,
        advice=advice if light != Light.GREEN else "",
        measures=(
            Measure(name=f"clea_{key}_waiting", about="How many wait.", value=count),
            Measure(
                name=f"clea_{key}_oldest_seconds",
                about="Seconds that the first one has waited.",
                value=round(age.total_seconds(), 3) if age else 0,
            ),
        ),
    )


def seconds_since_epoch(moment: datetime | None) -> float:
    """0 for never, as programs that watch expect."""
    return moment.timestamp() if moment else 0
