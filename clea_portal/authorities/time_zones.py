"""The time zones of a country: a main one, and others that its places are offered first."""

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from clea_portal.authorities.models import Country

# Those that people know by a place; the rest are abbreviations and relics.
PLACES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
# Russia has eleven, France has twelve.
MOST_OTHERS = 20


def validate_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(gettext_lazy("There is no time zone named “%(value)s”."), params={"value": value})


def validate_time_zones(value: Any) -> None:
    if not isinstance(value, list) or len(value) > MOST_OTHERS or not all(isinstance(one, str) for one in value):
        raise ValidationError(
            gettext_lazy("Other time zones are a list of names, %(most)d at most."), params={"most": MOST_OTHERS}
        )
    for zone in value:
        validate_time_zone(zone)
    if len(set(value)) != len(value):
        raise ValidationError(gettext_lazy("A time zone stands there twice."))


def zone_named(text: str) -> str:
    """The zone that somebody means: by its name, or by its last part where only one has it ("Guadeloupe").

    Raises ValidationError, with what comes close.
    """
    wanted = "_".join(text.split()).lower()
    by_name = {zone.lower(): zone for zone in PLACES}
    found = [by_name[wanted]] if wanted in by_name else [zone for zone in PLACES if zone.lower().rpartition("/")[2] == wanted]
    if len(found) == 1:
        return found[0]
    near = found or [by_name[name] for name in get_close_matches(wanted, by_name, n=3, cutoff=0.8)]
    if near:
        raise ValidationError(
            _("There is no time zone named “%(value)s”. Perhaps: %(near)s."),
            params={"value": text[:60], "near": ", ".join(near)},
        )
    raise ValidationError(_("There is no time zone named “%(value)s”."), params={"value": text[:60]})


def zone_choices(country: "Country") -> list[tuple[str, list[tuple[str, str]]]]:
    """All zones in two groups for a select: first the country's, the main one at the top."""
    own = country.time_zones
    elsewhere = [zone for zone in PLACES if zone not in own]
    return [(country.name, [_choice(zone) for zone in own]), (_("Elsewhere"), [_choice(zone) for zone in elsewhere])]


def _choice(zone: str) -> tuple[str, str]:
    return zone, zone.replace("_", " ")
