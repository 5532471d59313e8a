"""The groups of a country's settings, in the order of the assistant."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clea_portal.administration.country_forms import (
    DeploymentForm,
    GroupForm,
    IdentityForm,
    LanguagesForm,
    LinksForm,
    RulesForm,
)
from clea_portal.authorities.france import OVERSEAS_TIME_ZONES
from clea_portal.authorities.models import Country


@dataclass(frozen=True, kw_only=True)
class Group:
    """``for_foreign``: also a country whose codes are made elsewhere has it."""

    name: str
    label: Promise
    lead: Promise
    form: type[GroupForm]
    for_foreign: bool = False


GROUPS = {
    group.name: group
    for group in (
        Group(
            name="identity",
            label=_("Identity"),
            lead=_("Which country it is, and whether its codes are made here."),
            form=IdentityForm,
            for_foreign=True,
        ),
        Group(
            name="links",
            label=_("Links"),
            lead=_(
                "What the links of its codes begin with. Its phone application decides: agree on it before anything is printed."
            ),
            form=LinksForm,
            for_foreign=True,
        ),
        Group(
            name="deployment",
            label=_("Deployment"),
            lead=_("Which part contact tracing has, and how codes for invitations work."),
            form=DeploymentForm,
        ),
        Group(
            name="languages",
            label=_("Languages and time"),
            lead=_("What places of this country are offered."),
            form=LanguagesForm,
        ),
        Group(
            name="rules",
            label=_("Rules and retention"),
            lead=_("How long each kind of data is kept, and what posters and registers say. The protocol counts on 14 days."),
            form=RulesForm,
        ),
    )
}


def groups_for(*, issues_codes: bool) -> list[Group]:
    return [group for group in GROUPS.values() if issues_codes or group.for_foreign]


def proposed(group: Group, answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What a step of the assistant begins with, by what was answered before."""
    is_france = answers.get("identity", {}).get("code") == "FR"
    return {"other_time_zones": OVERSEAS_TIME_ZONES} if is_france and group.name == "languages" else {}


def bound(group: Group, answers: dict[str, Any], *, country: Country | None = None) -> GroupForm:
    """The group's form, filled with values as the country's fields hold them."""
    return group.form({name: GroupForm.shown(value) for name, value in answers.items()}, country=country)
