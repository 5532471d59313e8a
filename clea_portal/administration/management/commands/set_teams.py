from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from clea_portal.administration.management.country_command import CountryCommand, read_rows
from clea_portal.administration.regions import NAME_LIMIT
from clea_portal.administration.teams import add_team
from clea_portal.authorities.models import Country, Team
from clea_portal.posters.names import clean_line


class Command(CountryCommand):
    help = 'Makes the teams that are not there yet, from JSON: {"teams": [{"region": 38, "name": "Cellule"}]}. Others stay.'

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE", help="file with the JSON, - for standard input")

    @transaction.atomic
    def act(self, country: Country, **options: Any) -> dict[str, Any]:
        regions = {region.number: region for region in country.regions.all()}
        there = set(Team.objects.filter(region__country=country).values_list("region__number", "name"))
        added = 0
        for place, row in enumerate(read_rows(options["file"], "teams", {"region": int, "name": str})):
            number, name = row["region"], clean_line(row["name"])
            if number not in regions:
                raise CommandError(f"teams[{place}].region: the country has no region {number}")
            if not name or len(name) > NAME_LIMIT:
                raise CommandError(f"teams[{place}].name: must have 1 to {NAME_LIMIT} characters")
            if (number, name) not in there:
                add_team(regions[number], by=None, name=name)
                there.add((number, name))
                added += 1
        teams = Team.objects.filter(region__country=country).select_related("region").order_by("region__number", "name")
        listed = [
            {"uuid": str(team.uuid), "region": team.region.number, "name": team.name, "archived": team.archived_at is not None}
            for team in teams
        ]
        return {"country": country.code, "added": added, "teams": listed}
