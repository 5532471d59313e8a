from typing import Any

from django.core.management.base import CommandError, CommandParser

from clea_portal.administration.management.country_command import CountryCommand
from clea_portal.administration.venue_type_exchange import BadList, exported, put_venue_types, read_text, ready_made
from clea_portal.authorities.models import Country
from clea_portal.codes.management.code_request import read_text as read_file


class Command(CountryCommand):
    help = "Puts types of place and categories, from JSON as the country’s page exports it. Others stay. Without FILE, writes it."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE", nargs="?", help="file with the JSON, - for standard input")
        parser.add_argument("--ready-made", action="store_true", help="the list made for France")

    def act(self, country: Country, **options: Any) -> dict[str, Any]:
        if options["file"] and options["ready_made"]:
            raise CommandError("Give a FILE, or --ready-made: one of the two.")
        if not options["file"] and not options["ready_made"]:
            return exported(country)
        try:
            document = ready_made() if options["ready_made"] else read_text(read_file(options["file"]))
        except BadList as error:
            raise CommandError(str(error)) from None
        put = put_venue_types(country, by=None, document=document)
        return {"country": country.code, "added": put.added, "changed": put.changed}
