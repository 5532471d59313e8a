from typing import Any

from django.core.management.base import CommandParser

from clea_portal.administration.management.administration_command import AdministrationCommand, find_country
from clea_portal.administration.profiles import fingerprint_of, profile_of


class Command(AdministrationCommand):
    help = "Prints the public profile of a country, and the fingerprint of its canonical form."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("country", metavar="CODE", help="ISO code")

    def answer(self, **options: Any) -> dict[str, Any]:
        profile = profile_of(find_country(options["country"]))
        return {"fingerprint": fingerprint_of(profile), "profile": profile}
