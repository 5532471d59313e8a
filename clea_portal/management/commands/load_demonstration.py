from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.module_loading import import_string

from clea_portal.accounts.demonstration import ACCOUNTS, PASSWORD
from clea_portal.authorities.demonstration import move_sandbox
from clea_portal.authorities.models import Country


class Command(BaseCommand):
    help = "Load the demonstration's data into an empty portal; a portal that has countries keeps what it has."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sandbox-url", default="http://127.0.0.1:8001", help="where the sandbox cluster server answers")

    @transaction.atomic
    def handle(self, *args: Any, sandbox_url: str, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("Demonstration data belongs in a demonstration only: set DEMONSTRATION=True.")
        if Country.objects.exists():
            move_sandbox(sandbox_url=sandbox_url)
        else:
            for path in settings.DEMONSTRATION_LOADERS:
                import_string(path)(sandbox_url=sandbox_url)
        self.stdout.write(f"Demonstration accounts (password of all: {PASSWORD}):")
        for email, role in ACCOUNTS.items():
            self.stdout.write(f"  {email:28} {role}")
