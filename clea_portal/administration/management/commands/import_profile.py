import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser

from clea_portal.administration import countries, servers
from clea_portal.administration.management.administration_command import AdministrationCommand
from clea_portal.administration.profile_import import propose, take_in
from clea_portal.administration.profile_reading import BadProfile, read_profile
from clea_portal.administration.profiles import fingerprint_of
from clea_portal.codes.management.code_request import parse_object, read_text


class Command(AdministrationCommand):
    help = (
        "Says what taking in another country's profile would change; with its --fingerprint, compared by telephone, takes it in."
        " Takes what export_profile prints, or the profile alone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="JSON; - for standard input")
        parser.add_argument("--fingerprint", metavar="HEX", help="of the profile, spaces allowed: take it in")

    def answer(self, **options: Any) -> dict[str, Any]:
        data = parse_object(read_text(options["file"]))
        inner = data["profile"] if set(data) == {"fingerprint", "profile"} else data
        try:
            proposal = propose(read_profile(json.dumps(inner).encode()), by=None)
        except BadProfile as bad:
            raise CommandError(str(bad)) from None
        fingerprint = fingerprint_of(proposal.profile)
        given = "".join((options["fingerprint"] or "").split()).lower()
        if given and given != fingerprint:
            raise CommandError(f"This profile's fingerprint is {fingerprint}: it is not the one that was told.")
        if given:
            try:
                take_in(proposal, by=None)
            except (countries.AlreadyThere, servers.Refused):
                raise CommandError("Something has changed meanwhile: try again.") from None
        return {
            "country": proposal.profile["code"],
            "fingerprint": fingerprint,
            "taken_in": bool(given),
            "is_new": proposal.country is None,
            "loses_credentials": proposal.loses_credentials,
            "differences": [asdict(difference) for difference in proposal.differences],
        }
