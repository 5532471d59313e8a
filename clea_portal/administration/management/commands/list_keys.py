from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from clea_portal.administration.generations import generations_of
from clea_portal.administration.management.operating import CountryCommand, described, find_country
from clea_portal.authorities.models import Country, ServerKey


class Command(CountryCommand):
    help = "Lists the keys of a country, or of all, as JSON: fingerprints, dates, and what still needs which. No private key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("country", nargs="?", metavar="COUNTRY", help="ISO code, FR for instance")

    def answer(self, **options: Any) -> dict[str, Any]:
        countries = [find_country(options["country"])] if options["country"] else Country.objects.all()
        now = timezone.now()
        return {
            country.code: {
                "server_keys": [
                    {"fingerprint": key.fingerprint, "public_key": key.public_key, "valid_from": key.valid_from.isoformat()}
                    for key in ServerKey.objects.filter(authority__country=country)
                ],
                "tracing_keys": [described(generation) for generation in generations_of(country, now=now)],
            }
            for country in countries
        }
