"""A country's public profile: what another portal needs to know its codes and to declare to its server."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from clea_portal.authorities.models import Country, ServerAuthority

SCHEMA = "clea-country-profile"
VERSION = 1


def profile_of(country: Country) -> dict[str, Any]:
    """Nothing secret. ``server`` is null while none was entered; keys as they were entered, oldest first."""
    server = ServerAuthority.objects.filter(country=country).first()
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "code": country.code,
        "names": {"fr": country.name_fr, "en": country.name_en},
        "host": country.host,
        "prefix": country.prefix,
        "asynchronous": country.asynchronous_style,
        "languages": list(country.languages),
        "time_zone": country.time_zone,
        "other_time_zones": list(country.other_time_zones),
        "server": None if server is None else _server(server),
    }


def canonical(profile: dict[str, Any]) -> bytes:
    """The same bytes for the same profile, whoever writes it: keys in order, no spaces, ASCII."""
    return json.dumps(profile, sort_keys=True, separators=(",", ":")).encode()


def fingerprint_of(profile: dict[str, Any]) -> str:
    """SHA-256 of the canonical form, in hexadecimal: to be compared by telephone."""
    return sha256(canonical(profile)).hexdigest()


def _server(server: ServerAuthority) -> dict[str, Any]:
    exposures = server.exposures.order_by("venue_type").values_list("venue_type", "slots_before", "slots_after")
    return {
        "name": server.name,
        "kind": server.kind,
        "address": server.base_url,
        "list": server.list_url,
        "accepts_type_1": server.accepts_type_1,
        "exposure": {
            "slot_seconds": server.slot_seconds,
            "before": server.slots_before,
            "after": server.slots_after,
            "venue_types": [{"venue_type": number, "before": before, "after": after} for number, before, after in exposures],
        },
        "keys": [
            {"public_key": key.public_key, "fingerprint": key.fingerprint, "valid_from": moment(key.valid_from)}
            for key in server.keys.order_by("valid_from", "pk")
        ],
    }


def moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
