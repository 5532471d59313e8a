"""The demonstration's authorities: France and a neighbour, both on the sandbox cluster server."""

import os
from datetime import timedelta

from django.utils import timezone

from clea_portal.authorities.enums import Authentication, Deployment, ServerKind
from clea_portal.authorities.france import DEPARTMENTS, OVERSEAS_TIME_ZONES, VENUE_CATEGORIES, VENUE_TYPES
from clea_portal.authorities.models import (
    Country,
    Region,
    ServerAuthority,
    ServerKey,
    Team,
    TracingAuthority,
    TracingKey,
    VenueCategory,
    VenueType,
)
from clea_portal.protocol.keys import generate_private_key, parse_private_key, private_key_hex, public_key_hex


def load(*, sandbox_url: str) -> None:
    """Make the authorities. ``sandbox_url``: where the sandbox cluster server answers, without a final slash."""
    france = Country.objects.create(
        code="FR",
        name_fr="France",
        name_en="France",
        prefix="https://tac.gouv.fr?v=0#",
        host="tac.gouv.fr",
        other_time_zones=OVERSEAS_TIME_ZONES,
        application_name="TousAntiCovid",
        application_site="tac.gouv.fr",
        deployment=Deployment.CENTRAL,
        hold_seconds=10,
    )
    belgium = Country.objects.create(
        code="BE",
        name_fr="Belgique",
        name_en="Belgium",
        prefix="https://clea.example.be?v=0#",
        host="clea.example.be",
        time_zone="Europe/Brussels",
        issues_codes=False,
        hold_seconds=10,
    )
    # Older than the oldest poster of the demonstration.
    valid_from = timezone.now() - timedelta(days=30)
    sandbox_key = public_key_hex(parse_private_key(os.environ["CLEA_SANDBOX_SK_SA"]).public_key())
    for country, name, kind in ((france, "Serveur bac à sable", ServerKind.API), (belgium, "Sandbox server", ServerKind.FORM)):
        server = ServerAuthority.objects.create(
            country=country,
            name=name,
            kind=kind,
            base_url=sandbox_url,
            list_url=f"{sandbox_url}/list",
            accepts_type_1=True,
            authentication=Authentication.KEY if kind == ServerKind.API else Authentication.NONE,
            client_key=os.environ["CLEA_DEMONSTRATION_CLIENT_KEY"] if kind == ServerKind.API else "",
            messages_key=_messages_key() if country == france else "",
        )
        ServerKey.objects.create(authority=server, public_key=sandbox_key, valid_from=valid_from)
    tracing = TracingAuthority.objects.create(country=france, name="Recherche des contacts (démonstration)")
    pair = generate_private_key()
    TracingKey.objects.create(
        authority=tracing,
        public_key=public_key_hex(pair.public_key()),
        private_key=private_key_hex(pair),
        valid_from=valid_from,
    )
    for number, department_name in DEPARTMENTS:
        Region.objects.create(country=france, number=number, name=department_name)
    for number, team in ((38, "Cellule de l’Isère"), (69, "Cellule du Rhône")):
        Team.objects.create(region=france.regions.get(number=number), name=team)
    for position, (number, letters, french, english) in enumerate(VENUE_TYPES):
        VenueType.objects.create(
            country=france, number=number, letters=letters, label_fr=french, label_en=english, position=position
        )
    for level, number, french, english in VENUE_CATEGORIES:
        VenueCategory.objects.create(country=france, level=level, number=number, label_fr=french, label_en=english)


def _messages_key() -> str:
    """What the sandbox signs its contact messages with; empty in an environment that was made before there were any."""
    private = os.environ.get("CLEA_SANDBOX_PORTAL_KEY", "")
    return public_key_hex(parse_private_key(private).public_key()) if private else ""


def move_sandbox(*, sandbox_url: str) -> None:
    """Follow the sandbox to another port; an address that a person has entered stays."""
    for server in ServerAuthority.objects.filter(base_url__startswith="http://127.0.0.1:").exclude(base_url=sandbox_url):
        server.base_url, server.list_url = sandbox_url, f"{sandbox_url}/list"
        server.save(update_fields=["base_url", "list_url"])
