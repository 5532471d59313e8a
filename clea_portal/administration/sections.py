"""The pages of a country, in the order in which it is set up."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clea_portal.authorities.models import Country


@dataclass(frozen=True, kw_only=True)
class Section:
    """``for_foreign``: also a country whose codes are made elsewhere has it; ``for_tracing``: only with contact tracing."""

    view: str
    label: str | Promise
    for_foreign: bool = False
    for_tracing: bool = False


SECTIONS = [
    Section(view="administration:country", label=_("Overview"), for_foreign=True),
    Section(view="administration:settings", label=_("Country"), for_foreign=True),
    Section(view="administration:server", label=_("Cluster server"), for_foreign=True),
    Section(view="administration:tracing", label=_("Contact tracing keys"), for_tracing=True),
    Section(view="administration:regions", label=_("Regions")),
    Section(view="administration:teams", label=_("Teams"), for_tracing=True),
    Section(view="administration:people", label=_("People"), for_foreign=True),
    Section(view="administration:venue_types", label=_("Types of place")),
    Section(view="administration:profile", label=_("Profile"), for_foreign=True),
    Section(view="administration:log", label=_("Log"), for_foreign=True),
]


def tabs(country: Country, *, current: str) -> list[dict[str, Any]]:
    """What the navigation of a country's pages shows. ``current``: the name of a section's view."""
    shown = [
        section
        for section in SECTIONS
        if (country.issues_codes or section.for_foreign) and (country.has_tracing or not section.for_tracing)
    ]
    return [
        {"url": reverse(section.view, args=[country.code]), "label": section.label, "current": section.view == current}
        for section in shown
    ]
