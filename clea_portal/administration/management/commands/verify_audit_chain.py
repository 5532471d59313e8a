import json
import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from clea_portal.audit import chain
from clea_portal.codes.management.operator_command import OperatorCommand


class Command(OperatorCommand):
    help = (
        "Seals what has been committed since, computes the chain of the audit trail again, and says as JSON whether it fits. Exit"
        " status 1 when something was changed, removed, put in or reordered. Note the head where nobody of the portal can write."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", default="", metavar="HEAD", help="a head that was noted: it must still be in the chain")

    def handle(self, *args: Any, **options: Any) -> str:
        answer = self.answer(**options)
        if not answer["ok"]:
            self.stdout.write(json.dumps(answer, indent=2))
            sys.exit(1)
        return json.dumps(answer, indent=2)

    def answer(self, **options: Any) -> dict[str, Any]:
        chain.seal(now=timezone.now())
        try:
            verdict = chain.verify(head=options["head"])
        except chain.UnknownHead as error:
            raise CommandError(str(error)) from None
        return {
            "ok": not verdict.why,
            "sealed": verdict.sealed,
            "unsealed": verdict.unsealed,
            "head": verdict.head,
            "broken_at": verdict.broken_at,
            "why": verdict.why,
        }
