"""Takes a neighbour's profile in: what would change, and the change itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clea_portal.accounts.models import Administration, User
from clea_portal.administration import countries, servers
from clea_portal.administration.link_checks import clashes
from clea_portal.administration.profile_reading import BadProfile
from clea_portal.administration.profiles import profile_of
from clea_portal.authorities.enums import Authentication
from clea_portal.authorities.models import Country, ServerAuthority
from clea_portal.protocol.keys import parse_public_key

NO_CREDENTIALS = {
    "authentication": Authentication.NONE,
    "client_key": "",
    "bearer_token": "",
    "user_name": "",
    "password": "",
    "tls_certificate": "",
    "tls_key": "",
}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """``before`` is empty for what is new."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """``country``: the one that is updated; None: a new one. ``loses_credentials``: the server moves to another address."""

    profile: dict[str, Any]
    country: Country | None
    differences: list[Difference]
    loses_credentials: bool


def propose(profile: dict[str, Any], *, by: User | None) -> Proposal:
    """What taking this profile in would do; ``by`` None: a command. Raises BadProfile where it may not be done."""
    country = Country.objects.filter(code=profile["code"]).first()
    if country is not None:
        if country.issues_codes:
            raise BadProfile(_("%(country)s makes its codes here: an import does not change it.") % {"country": country.name})
        if by is not None and not Administration.objects.filter(user=by, country=country).exists():
            raise BadProfile(_("%(country)s is there already, and somebody else administers it.") % {"country": country.name})
    wrong = list(clashes(prefix=profile["prefix"], host=profile["host"], country=country))
    if wrong:
        raise BadProfile(*(message for error in wrong for message in error.messages))
    before = _flat(profile_of(country)) if country else {}
    after = _flat(profile)
    # A generation that is not in the profile any more stays here: old codes may carry it.
    names = [name for name in {**after, **before} if before.get(name) != after.get(name) and _counts(name, after)]
    server = ServerAuthority.objects.filter(country=country).first() if country else None
    described = profile["server"]
    return Proposal(
        profile=profile,
        country=country,
        differences=[Difference(name=name, before=before.get(name, ""), after=after.get(name, "")) for name in names],
        loses_credentials=bool(
            server and described and described["address"] != server.base_url and server.authentication != Authentication.NONE
        ),
    )


@transaction.atomic
def take_in(proposal: Proposal, *, by: User | None) -> Country:
    """Do it. Raises countries.AlreadyThere, and servers.Refused for a generation that cannot be added."""
    profile = proposal.profile
    values = {
        "name_fr": profile["names"]["fr"],
        "name_en": profile["names"]["en"],
        "host": profile["host"],
        "prefix": profile["prefix"],
        "asynchronous_style": profile["asynchronous"],
        "languages": profile["languages"],
        "time_zone": profile["time_zone"],
        "other_time_zones": profile["other_time_zones"],
    }
    if proposal.country is None:
        country = countries.add_country(values={"code": profile["code"], "issues_codes": False, **values}, by=by)
    else:
        country = proposal.country
        countries.change_country(country=country, values=values, by=by)
    if profile["server"] is not None:
        _take_in_server(country, profile["server"], loses_credentials=proposal.loses_credentials, by=by)
    return country


def _take_in_server(country: Country, described: dict[str, Any], *, loses_credentials: bool, by: User | None) -> None:
    rule = described["exposure"]
    values = {
        "name": described["name"],
        "kind": described["kind"],
        "base_url": described["address"],
        "list_url": described["list"],
        "accepts_type_1": described["accepts_type_1"],
        "slot_seconds": rule["slot_seconds"],
        "slots_before": rule["before"],
        "slots_after": rule["after"],
    }
    # What was made for one server is not shown to another one because a file says so.
    server = servers.set_server(country=country, values=values | (NO_CREDENTIALS if loses_credentials else {}), by=by)
    exposures = {row["venue_type"]: (row["before"], row["after"]) for row in rule["venue_types"]}
    servers.set_exposures(server=server, rules=exposures, by=by)
    known = set(server.keys.values_list("public_key", flat=True))
    for key in described["keys"]:
        if key["public_key"] not in known:
            servers.import_server_key(
                server=server,
                key=parse_public_key(key["public_key"]),
                valid_from=datetime.fromisoformat(key["valid_from"]),
                by=by,
            )


def _counts(name: str, after: dict[str, str]) -> bool:
    return name in after or not name.startswith("server.keys.")


def _flat(profile: dict[str, Any]) -> dict[str, str]:
    """By paths, as people compare them; keys and venue types by what they are, not by their place in a list."""
    flat: dict[str, str] = {}

    def walk(path: str, value: Any) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                walk(f"{path}.{name}" if path else name, inner)
        elif isinstance(value, list) and all(isinstance(row, dict) for row in value):
            for row in value:
                named = str(row.get("fingerprint", row.get("venue_type")))[:16]
                flat[f"{path}.{named}"] = str(row.get("valid_from") or f"-{row['before']} +{row['after']}")
        elif isinstance(value, list):
            flat[path] = ", ".join(map(str, value))
        elif value is not None:
            flat[path] = str(value)

    walk("", {name: value for name, value in profile.items() if name not in ("schema", "version")})
    return flat
