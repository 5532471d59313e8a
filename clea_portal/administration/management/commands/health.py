from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone, translation

from clea_portal.codes.management.operator_command import OperatorCommand
from clea_portal.monitoring.lines import Light, groups, worst


class Command(OperatorCommand):
    help = "Writes the health of the portal as JSON, as its page shows it. --strict: exit status 1 when a line is red."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--strict", action="store_true", help="exit status 1 when a line is red")

    def handle(self, *args: Any, **options: Any) -> str:
        self.red: list[str] = []
        text = super().handle(*args, **options)
        if options["strict"] and self.red:
            self.stdout.write(text)
            raise CommandError(f"Out of order: {', '.join(self.red)}.")
        return text

    def answer(self, **options: Any) -> dict[str, Any]:
        with translation.override("en"):
            lines = [(group, line) for group in groups(now=timezone.now()) for line in group.lines]
            light = worst(line for _, line in lines)
            self.red = [line.key for _, line in lines if line.light == Light.RED]
            found = [
                {
                    "group": str(group.label),
                    "key": line.key,
                    "label": str(line.label),
                    "light": line.light.value,
                    "says": line.says,
                    "advice": line.advice,
                    "measures": [{"name": each.name, "value": each.value, "labels": dict(each.labels)} for each in line.measures],
                }
                for group, line in lines
            ]
        return {"light": light.value, "lines": found}
