from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from clea_portal.administration.connection_tests import steps_of
from clea_portal.administration.connection_words import worded
from clea_portal.administration.management.administration_command import AdministrationCommand, find_server
from clea_portal.cluster_server.connection import Result


class Command(AdministrationCommand):
    help = "Tests the connection to the server of a country, without declaring anything: each step with its result and advice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("country", metavar="CODE", help="ISO code")

    def answer(self, **options: Any) -> dict[str, Any]:
        server = find_server(options["country"])
        steps = [asdict(step) for step in steps_of(server)]
        words = [worded(step) for step in steps]
        return {
            "country": server.country.code,
            "good": all(step["result"] in (Result.OK, Result.WARNING) for step in steps),
            "steps": [
                step | {"found": said["found"], "advice": str(said["advice"])} for step, said in zip(steps, words, strict=True)
            ],
        }
