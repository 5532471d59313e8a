"""What the commands share that answer with JSON."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clea_portal.protocol.errors import ProtocolError


class OperatorCommand(BaseCommand):
    """JSON on standard output; for bad input one line on standard error and exit status 1. Needs no database."""

    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        # Otherwise the parser prints several lines of usage itself, and exits with status 2.
        parser.called_from_command_line = False
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except CommandError as error:
            self.stderr.write(f"CommandError: {' '.join(str(error).split())}")
            sys.exit(1)

    def handle(self, *args: Any, **options: Any) -> str:
        try:
            return json.dumps(self.answer(**options), indent=2)
        except ProtocolError as error:
            raise CommandError(str(error)) from None

    def answer(self, **options: Any) -> dict[str, Any]:
        """What goes out as JSON. May raise ProtocolError and CommandError."""
        raise NotImplementedError
