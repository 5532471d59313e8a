from typing import Any

from django.core.management.base import CommandError, CommandParser

from clea_portal.administration.management.country_command import CountryCommand, read_rows
from clea_portal.administration.regions import HIGHEST, NAME_LIMIT, add_departments, put_regions
from clea_portal.authorities.models import Country
from clea_portal.posters.names import clean_line


class Command(CountryCommand):
    help = (
        'Adds and renames regions, from JSON: {"regions": [{"number": 38, "name": "Isère"}]}. Others stay.'
        " --departments adds those of France."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE", nargs="?", help="file with the JSON, - for standard input")
        parser.add_argument("--departments", action="store_true", help="the departments of France that are not there yet")

    def act(self, country: Country, **options: Any) -> dict[str, Any]:
        if bool(options["file"]) == options["departments"]:
            raise CommandError("Give a FILE, or --departments: one of the two.")
        if options["departments"]:
            put = add_departments(country, by=None)
        else:
            put = put_regions(country, by=None, rows=_names(options["file"]))
        return {"country": country.code, "added": put.added, "renamed": put.renamed, "regions": country.regions.count()}


def _names(file: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for place, row in enumerate(read_rows(file, "regions", {"number": int, "name": str})):
        number, name = row["number"], clean_line(row["name"])
        if not 0 <= number <= HIGHEST:
            raise CommandError(f"regions[{place}].number: must be from 0 to {HIGHEST}")
        if not name or len(name) > NAME_LIMIT:
            raise CommandError(f"regions[{place}].name: must have 1 to {NAME_LIMIT} characters")
        if number in found:
            raise CommandError(f"regions[{place}].number: {number} stands twice")
        found[number] = name
    return found
